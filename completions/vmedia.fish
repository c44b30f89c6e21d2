# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_vmedia_global_optspecs
    string join \n color= h/help V/version
end

function __fish_vmedia_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_vmedia_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_vmedia_using_subcommand
    set -l cmd (__fish_vmedia_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c vmedia -n "__fish_vmedia_needs_command" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_needs_command" -s V -l version -d 'Print version'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "list" -d 'Show the media of sessions, without fetching them'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "attempts" -d 'Show the attempts of sessions'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "download" -d 'Archive every image, video and NFC file of sessions'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "verify" -d 'Compare archived sessions with their listings, manifests and journal, offline'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "catalog" -d 'List the sessions of archives'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "find" -d 'Find archived sessions by reference, name or id'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "show" -d 'Show what the archive holds of a session'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "open" -d 'Open the page of an archived session in the browser'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "repair" -d 'Fetch again what is damaged or missing in archived sessions'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "erase" -d 'Destroy archived sessions by order, and keep a certificate of each'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "adopt" -d 'Record sessions in the journal that it lacks, after reading them'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "config" -d 'Show, check or write the configuration'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "sandbox" -d 'Run a provider on this machine, to try vmedia without an account'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "demo" -d 'Show a download and its verification, without an account'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "completions" -d 'Print the completions for a shell'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "man" -d 'Print the man page, or write all man pages to a folder'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l attempt -d 'Only this attempt' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l only -d 'Only these kinds of media' -r -f -a "image\t'Pictures, and PDF files among them'
video\t'Recordings'
nfc\t'Data from a document\'s chip'
other\t'Data files, and kinds that this version does not know'"
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l context -d 'Only media whose context matches, such as \'document-*\'; repeatable' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l provider-days -d 'Days until the provider deletes media [default: 90 (Veriff), 7 (Yoti)]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l format -d 'Output format' -r -f -a "table\t'For people'
json\t'One JSON array'
csv\t'For spreadsheets'"
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l provider -d 'Use this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l base-url -d 'URL where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l ca-cert -d 'Also trust the certificate authorities in this PEM file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l retries -d 'Number of retries after a temporary failure [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l retry-delay -d 'Seconds before the first retry, then doubled [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l timeout -d 'Seconds without data after which a request fails [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l max-rate -d 'Maximum request rate, such as 20/s or 600/m, retries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l limit-rate -d 'Maximum bytes per second of all transfers, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l log-file -d 'Append events to FILE as JSON Lines' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l latest -d 'Only the newest attempt'
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l wide -d 'Show whole ids and all columns, however narrow the terminal is'
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -s q -l quiet -d 'Print errors only'
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -s v -l verbose -d 'Print more: -v files and causes of errors, -vv requests'
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l format -d 'Output format' -r -f -a "table\t'For people'
json\t'One JSON array'
csv\t'For spreadsheets'"
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l provider -d 'Use this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l base-url -d 'URL where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l ca-cert -d 'Also trust the certificate authorities in this PEM file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l retries -d 'Number of retries after a temporary failure [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l retry-delay -d 'Seconds before the first retry, then doubled [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l timeout -d 'Seconds without data after which a request fails [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l max-rate -d 'Maximum request rate, such as 20/s or 600/m, retries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l limit-rate -d 'Maximum bytes per second of all transfers, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l log-file -d 'Append events to FILE as JSON Lines' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l wide -d 'Show all columns, however narrow the terminal is'
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -s q -l quiet -d 'Print errors only'
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -s v -l verbose -d 'Print more: -v files and causes of errors, -vv requests'
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l from -d 'Read session ids from FILE, standard input (-), or the files of DIR' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l attempt -d 'Only this attempt' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l only -d 'Only these kinds of media' -r -f -a "image\t'Pictures, and PDF files among them'
video\t'Recordings'
nfc\t'Data from a document\'s chip'
other\t'Data files, and kinds that this version does not know'"
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l context -d 'Only media whose context matches, such as \'document-*\'; repeatable' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l provider-days -d 'Days until the provider deletes media [default: 90 (Veriff), 7 (Yoti)]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -s o -l output -d 'Archive folder [default: ./vmedia-archive]' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l with -d 'Also keep these companion documents of Veriff\'s, such as decision; or all' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l failed-to -d 'Write the failed sessions to FILE (CSV), to run them again with --from' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l retry-not-found -d 'Ask N times about a session that is not found, and then leave it out' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -s j -l jobs -d 'Number of files to transfer in parallel, 1 to 64 [default: 16]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l format -d 'Output format' -r -f -a "text\t'For people'
json\t'JSON Lines on standard output, one event per line'"
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l sign-key -d 'Sign the run\'s journal with this Ed25519 key from ssh-keygen' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l accept-unsealed -d 'Sign above unsigned earlier runs, and record REASON in the journal' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l timestamp -d 'Have the run\'s journal time-stamped by this authority (RFC 3161)' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l max-duration -d 'Stop after this time, such as 90s, 20m or 2h' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l ping-url -d 'Ping URL on success and URL/fail on failure' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l on-failure -d 'Run this shell command on failure, with a JSON summary on its input' -r -f -a "(__fish_complete_command)"
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l metrics-file -d 'Write metrics to FILE, for Prometheus\' textfile collector' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l provider -d 'Use this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l base-url -d 'URL where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l ca-cert -d 'Also trust the certificate authorities in this PEM file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l retries -d 'Number of retries after a temporary failure [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l retry-delay -d 'Seconds before the first retry, then doubled [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l timeout -d 'Seconds without data after which a request fails [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l max-rate -d 'Maximum request rate, such as 20/s or 600/m, retries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l limit-rate -d 'Maximum bytes per second of all transfers, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l max-time -d 'Seconds for a file with its retries [default: 600 or more, by size]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l log-file -d 'Append events to FILE as JSON Lines' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l latest -d 'Only the newest attempt'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l dry-run -d 'Show what would be done and write nothing'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l refetch -d 'Fetch archived files again, compare them and keep both where they differ'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l skip-complete -d 'Skip sessions that are complete in the archive, without asking again'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l no-skip-complete -d 'Ask about complete sessions too, whatever the profile says'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l strict -d 'Reject unsigned answers, and files that disagree with the listing'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -s q -l quiet -d 'Print errors only'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -s v -l verbose -d 'Print more: -v files and causes of errors, -vv requests'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l sample -d 'Read only this share of the payload files, chosen at random' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l since -d 'Check only sessions changed since this day or moment (UTC), or 7d ago' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l expect-head -d 'Require the journal line with this digest; repeatable' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l signers -d 'Require a journal signature by one of these keys, and accept no other' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l tsa-ca -d 'Check time stamps with the CA certificates in FILE; repeatable' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -s j -l jobs -d 'Number of files to read in parallel [default: number of CPUs]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l format -d 'Output format' -r -f -a "text\t'For people'
json\t'JSON Lines on standard output, one event per line'"
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l max-duration -d 'Stop after this time, such as 90s, 20m or 2h' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l ping-url -d 'Ping URL on success and URL/fail on failure' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l on-failure -d 'Run this shell command on failure, with a JSON summary on its input' -r -f -a "(__fish_complete_command)"
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l metrics-file -d 'Write metrics to FILE, for Prometheus\' textfile collector' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l provider -d 'Provider whose signatures are checked' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l ca-cert -d 'Also trust the certificate authorities in this PEM file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l log-file -d 'Append events to FILE as JSON Lines' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l authenticate -d 'Check the provider\'s signatures, with the API secrets of that time'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l print-head -d 'Print the head of the journal, to be kept elsewhere for --expect-head'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l read-only -d 'Do not record this verification in the journal'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -s q -l quiet -d 'Print errors only'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -s v -l verbose -d 'Print more: -v files and causes of errors, -vv requests'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l where -d 'Only sessions of this state, provider or decision; repeatable' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l since -d 'Only sessions changed since this day or moment (UTC), or 7d ago' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l name -d 'Only sessions of persons whose name has these words' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l sort -d 'Order of the sessions [default: by folder]' -r -f -a "name\t'By the person\'s name'
reference\t'By the customer\'s reference'
state\t'Those first that are not complete'
size\t'The largest first'
first\t'The first that was archived last'
last\t'The one that changed last'"
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l format -d 'Output format' -r -f -a "table\t'For people'
json\t'One JSON array'
csv\t'For spreadsheets'"
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l log-file -d 'Append events to FILE as JSON Lines' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l html -d 'Also write index.html into the archive, with links to the sessions\' pages'
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l wide -d 'Show all columns, however narrow the terminal is'
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -s q -l quiet -d 'Print errors only'
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -s v -l verbose -d 'Print more: -v files and causes of errors, -vv requests'
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand find" -l archive -d 'Archive, or a folder with archives in it [default: as for download]' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand find" -l format -d 'Output format' -r -f -a "table\t'For people'
json\t'One JSON array'
csv\t'For spreadsheets'"
complete -c vmedia -n "__fish_vmedia_using_subcommand find" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand find" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand find" -l log-file -d 'Append events to FILE as JSON Lines' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand find" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand find" -l wide -d 'Show all columns, however narrow the terminal is'
complete -c vmedia -n "__fish_vmedia_using_subcommand find" -s q -l quiet -d 'Print errors only'
complete -c vmedia -n "__fish_vmedia_using_subcommand find" -s v -l verbose -d 'Print more: -v files and causes of errors, -vv requests'
complete -c vmedia -n "__fish_vmedia_using_subcommand find" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand find" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand show" -l archive -d 'Archive, or a folder with archives in it [default: as for download]' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand show" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand show" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand show" -l format -d 'Output format' -r -f -a "text\t'For people'
json\t'One JSON object'"
complete -c vmedia -n "__fish_vmedia_using_subcommand show" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand show" -l wide -d 'Show whole ids and all columns, however narrow the terminal is'
complete -c vmedia -n "__fish_vmedia_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand open" -l archive -d 'Archive, or a folder with archives in it [default: as for download]' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand open" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand open" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand open" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand open" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -s j -l jobs -d 'Number of files to transfer in parallel, 1 to 64 [default: 16]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l format -d 'Output format' -r -f -a "text\t'For people'
json\t'JSON Lines on standard output, one event per line'"
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l sign-key -d 'Sign the run\'s journal with this Ed25519 key from ssh-keygen' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l accept-unsealed -d 'Sign above unsigned earlier runs, and record REASON in the journal' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l timestamp -d 'Have the run\'s journal time-stamped by this authority (RFC 3161)' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l max-duration -d 'Stop after this time, such as 90s, 20m or 2h' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l ping-url -d 'Ping URL on success and URL/fail on failure' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l on-failure -d 'Run this shell command on failure, with a JSON summary on its input' -r -f -a "(__fish_complete_command)"
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l metrics-file -d 'Write metrics to FILE, for Prometheus\' textfile collector' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l provider -d 'Use this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l base-url -d 'URL where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l ca-cert -d 'Also trust the certificate authorities in this PEM file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l retries -d 'Number of retries after a temporary failure [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l retry-delay -d 'Seconds before the first retry, then doubled [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l timeout -d 'Seconds without data after which a request fails [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l max-rate -d 'Maximum request rate, such as 20/s or 600/m, retries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l limit-rate -d 'Maximum bytes per second of all transfers, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l max-time -d 'Seconds for a file with its retries [default: 600 or more, by size]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l log-file -d 'Append events to FILE as JSON Lines' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l strict -d 'Reject unsigned answers, and files that disagree with the listing'
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -s q -l quiet -d 'Print errors only'
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -s v -l verbose -d 'Print more: -v files and causes of errors, -vv requests'
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -l authority -d 'Law, rule or order that requires the erasure, for the certificate' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -l reason -d 'Your reason, which is recorded; without the person\'s name' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -l archive -d 'The archive [default: as for download]' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -l format -d 'Output format' -r -f -a "text\t'For people'
json\t'JSON Lines on standard output, one event per line'"
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -l sign-key -d 'Sign the run\'s journal with this Ed25519 key from ssh-keygen' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -l accept-unsealed -d 'Sign above unsigned earlier runs, and record REASON in the journal' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -l timestamp -d 'Have the run\'s journal time-stamped by this authority (RFC 3161)' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -l ca-cert -d 'Also trust the certificate authorities in this PEM file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -l log-file -d 'Append events to FILE as JSON Lines' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -l dry-run -d 'Show what would be erased and change nothing'
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -s q -l quiet -d 'Print errors only'
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -s v -l verbose -d 'Print more: -v files and causes of errors, -vv requests'
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -l provider -d 'Provider whose signatures are checked' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -l reason -d 'Your reason, which is recorded; without the person\'s name' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -l archive -d 'The archive [default: as for download]' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -l format -d 'Output format' -r -f -a "text\t'For people'
json\t'JSON Lines on standard output, one event per line'"
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -l sign-key -d 'Sign the run\'s journal with this Ed25519 key from ssh-keygen' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -l accept-unsealed -d 'Sign above unsigned earlier runs, and record REASON in the journal' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -l timestamp -d 'Have the run\'s journal time-stamped by this authority (RFC 3161)' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -l ca-cert -d 'Also trust the certificate authorities in this PEM file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -l log-file -d 'Append events to FILE as JSON Lines' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -l authenticate -d 'Check the provider\'s signatures, with the API secrets of that time'
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -s q -l quiet -d 'Print errors only'
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -s v -l verbose -d 'Print more: -v files and causes of errors, -vv requests'
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -f -a "path" -d 'Print the path of the configuration file'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -f -a "show" -d 'Show every setting and its source; secrets are neither read nor shown'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -f -a "check" -d 'Check that a run would work: settings, provider, archive folder and clock'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -f -a "example" -d 'Print a configuration file in which every key is explained'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -f -a "init" -d 'Write a profile from your answers'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Print errors only'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l format -d 'Output format' -r -f -a "table\t'Table of the settings that apply to the provider or are set'
json\t'All of them, as one JSON array of objects with name, value and source'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l provider -d 'Use this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l base-url -d 'URL where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l ca-cert -d 'Also trust the certificate authorities in this PEM file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l retries -d 'Number of retries after a temporary failure [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l retry-delay -d 'Seconds before the first retry, then doubled [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l timeout -d 'Seconds without data after which a request fails [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l max-rate -d 'Maximum request rate, such as 20/s or 600/m, retries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l limit-rate -d 'Maximum bytes per second of all transfers, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l max-time -d 'Seconds for a file with its retries [default: 600 or more, by size]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l log-file -d 'Append events to FILE as JSON Lines' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l format -d 'Output format: text, or a JSON array of objects with check, verdict, what, hint' -r -f -a "text\t'For people'
json\t'JSON Lines on standard output, one event per line'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l provider -d 'Use this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l base-url -d 'URL where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l ca-cert -d 'Also trust the certificate authorities in this PEM file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l retries -d 'Number of retries after a temporary failure [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l retry-delay -d 'Seconds before the first retry, then doubled [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l timeout -d 'Seconds without data after which a request fails [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l log-file -d 'Append events to FILE as JSON Lines' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print errors only'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l provider -d 'Use this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l base-url -d 'URL where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l ca-cert -d 'Also trust the certificate authorities in this PEM file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l retries -d 'Number of retries after a temporary failure [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l retry-delay -d 'Seconds before the first retry, then doubled [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l timeout -d 'Seconds without data after which a request fails [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l log-file -d 'Append events to FILE as JSON Lines' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -s q -l quiet -d 'Print errors only'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "path" -d 'Print the path of the configuration file'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show every setting and its source; secrets are neither read nor shown'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check that a run would work: settings, provider, archive folder and clock'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "example" -d 'Print a configuration file in which every key is explained'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "init" -d 'Write a profile from your answers'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l listen -d 'Address to listen on, of this machine only' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l data -d 'Also serve the sessions in this folder, and keep uploads in it' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l faults -d 'Misbehave: TARGET=FAULT[:ARG][*COUNT|/EVERY], several separated by commas' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l provider -d 'Play this provider [default: veriff]' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -s q -l quiet -d 'Print errors only'
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -s v -l verbose -d 'Print more: -v files and causes of errors, -vv requests'
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -s o -l output -d 'Archive folder of the demonstration' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l provider -d 'Play this provider [default: veriff]' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l log-file -d 'Append events to FILE as JSON Lines' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -s q -l quiet -d 'Print errors only'
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -s v -l verbose -d 'Print more: -v files and causes of errors, -vv requests'
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l dir -d 'Write the files for all shells to this folder' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l dir -d 'Write a page for the program and one for each command to this folder' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l color -d 'Use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "list" -d 'Show the media of sessions, without fetching them'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "attempts" -d 'Show the attempts of sessions'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "download" -d 'Archive every image, video and NFC file of sessions'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "verify" -d 'Compare archived sessions with their listings, manifests and journal, offline'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "catalog" -d 'List the sessions of archives'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "find" -d 'Find archived sessions by reference, name or id'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "show" -d 'Show what the archive holds of a session'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "open" -d 'Open the page of an archived session in the browser'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "repair" -d 'Fetch again what is damaged or missing in archived sessions'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "erase" -d 'Destroy archived sessions by order, and keep a certificate of each'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "adopt" -d 'Record sessions in the journal that it lacks, after reading them'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "config" -d 'Show, check or write the configuration'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "sandbox" -d 'Run a provider on this machine, to try vmedia without an account'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "demo" -d 'Show a download and its verification, without an account'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "completions" -d 'Print the completions for a shell'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "man" -d 'Print the man page, or write all man pages to a folder'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog find show open repair erase adopt config sandbox demo completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "path" -d 'Print the path of the configuration file'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Show every setting and its source; secrets are neither read nor shown'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "check" -d 'Check that a run would work: settings, provider, archive folder and clock'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "example" -d 'Print a configuration file in which every key is explained'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "init" -d 'Write a profile from your answers'
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand find" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand show" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand open" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand erase" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand adopt" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand help" -f
