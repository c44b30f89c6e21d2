# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_vmedia_global_optspecs
    string join \n p/profile= config= provider= base-url= q/quiet v/verbose no-progress color= log-file= ca-cert= insecure-http retries= retry-delay= connect-timeout= timeout= max-time= max-rate= limit-rate= h/help V/version
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

complete -c vmedia -n "__fish_vmedia_needs_command" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_needs_command" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_needs_command" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_needs_command" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_needs_command" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_needs_command" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_needs_command" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_needs_command" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_needs_command" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_needs_command" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_needs_command" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_needs_command" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_needs_command" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_needs_command" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_needs_command" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_needs_command" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_needs_command" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_needs_command" -s V -l version -d 'Print version'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "list" -d 'Show what sessions hold, before anything is fetched'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "attempts" -d 'Show the attempts of sessions'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "download" -d 'Archive every image, video and NFC file of sessions, each session in a folder of its own'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "verify" -d 'Compare archived sessions with their listings, manifests and journal, offline'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "catalog" -d 'List what archives hold, a row a session'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "repair" -d 'Fetch again what is damaged or missing in archived sessions, and nothing else'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "config" -d 'Show where the configuration is and what it says, or write one'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "sandbox" -d 'Run a small provider on this machine, to try vmedia without an account'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "demo" -d 'See the main job in one command: a sandbox, a download with progress bars, a check'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "completions" -d 'Print the completions for a shell'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "man" -d 'Print the man page, or write all man pages into a folder'
complete -c vmedia -n "__fish_vmedia_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l attempt -d 'Only this attempt' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l provider-days -d 'Warn when media are close to the provider\'s deletion date, N days after capture [default: 90 (Veriff), 7 (Yoti)]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l format -d 'How to print it' -r -f -a "table\t'For people'
json\t'One JSON array'
csv\t'For spreadsheets'"
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l latest -d 'Only the newest attempt'
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l format -d 'How to print it' -r -f -a "table\t'For people'
json\t'One JSON array'
csv\t'For spreadsheets'"
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l from -d 'Read session ids from a file, or - for standard input: one a line, a column of CSV, or webhooks as JSON' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l attempt -d 'Only this attempt' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -s o -l output -d 'The archive\'s folder [default: ./vmedia-archive]' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l only -d 'Only these sorts of media' -r -f -a "image\t'Pictures, and PDF files among them'
video\t'Recordings'
nfc\t'Data from a document\'s chip'
other\t'Data files, and anything that this version has no word for'"
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l context -d 'Only media whose context matches, such as `document-*` or `id_document-*/page-*`; may be given several times' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l with -d 'Keep these documents of Veriff\'s too: decision, decision-fullauto, person, watchlist-screening; or all that there are' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -s j -l jobs -d 'Files in flight at once, 1 to 64; a quarter as many sessions are listed ahead of them [default: 16]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l provider-days -d 'Warn when media are close to the provider\'s deletion date, N days after capture [default: 90 (Veriff), 7 (Yoti)]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l failed-to -d 'Write the ids of the sessions that did not come to a good end into this file, to run them again with --from' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l format -d 'How to tell what happens' -r -f -a "text\t'For people'
json\t'One JSON object a line on standard output, an event each'"
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l sign-key -d 'Sign the run\'s journal with this Ed25519 key, as ssh-keygen makes it' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l accept-unsealed -d 'Sign above earlier runs that changed sessions without a signature, and record REASON in the journal' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l timestamp -d 'Let this authority stamp the run\'s journal with its time (RFC 3161); it gets the SHA-256 alone' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l max-duration -d 'Stop after this time, such as 90s, 20m or 2h: what is finished is kept, and what is left gives status 7' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l ping-url -d 'Ask this URL when all went well, and with /fail behind its path when not; other users can see it here, so rather set `VMEDIA_PING_URL`' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l on-failure -d 'When the run did not end well, give this command to the shell, with a summary as JSON on its standard input' -r -f -a "(__fish_complete_command)"
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l metrics-file -d 'Write how the run ended into this file, for the textfile collector of Prometheus\' `node_exporter`; one file a job' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l latest -d 'Only the newest attempt'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l dry-run -d 'Show what would be done and write nothing'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l refetch -d 'Fetch again what is here and compare; what differs is kept beside it'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l skip-complete -d 'Do not ask again about sessions that are complete in the archive'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l strict -d 'Take no file that disagrees with the listing and no answer that is not signed'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l sample -d 'Read only this share of the payload files, chosen by chance; everything else is checked as usual' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l since -d 'Check only sessions that changed since this day (UTC) or moment' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l expect-head -d 'The journal must still hold the line with this digest, which was kept elsewhere; may be given several times' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l signers -d 'Only these may have signed the journal, and one must have: an OpenSSH list of allowed signers, or a .pub file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l tsa-ca -d 'Judge time stamps: trust authorities that a certificate in this file (PEM) vouches for; may be given several times' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -s j -l jobs -d 'Files to read at once [default: one a processor]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l format -d 'How to tell what is found' -r -f -a "text\t'For people'
json\t'One JSON object a line on standard output, an event each'"
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l max-duration -d 'Stop after this time, such as 90s, 20m or 2h: what is finished is kept, and what is left gives status 7' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l ping-url -d 'Ask this URL when all went well, and with /fail behind its path when not; other users can see it here, so rather set `VMEDIA_PING_URL`' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l on-failure -d 'When the run did not end well, give this command to the shell, with a summary as JSON on its standard input' -r -f -a "(__fish_complete_command)"
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l metrics-file -d 'Write how the run ended into this file, for the textfile collector of Prometheus\' `node_exporter`; one file a job' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l authenticate -d 'Check the provider\'s signatures again; takes the API secrets of that time'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l read-only -d 'Do not write into the journal that this was verified'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l format -d 'How to print it' -r -f -a "table\t'For people'
json\t'One JSON array'
csv\t'For spreadsheets'"
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l html -d 'Write a page into the archive, too: index.html, with a link to each session\'s own page'
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -s j -l jobs -d 'Files in flight at once, 1 to 64 [default: 16]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l format -d 'How to tell what happens' -r -f -a "text\t'For people'
json\t'One JSON object a line on standard output, an event each'"
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l sign-key -d 'Sign the run\'s journal with this Ed25519 key, as ssh-keygen makes it' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l accept-unsealed -d 'Sign above earlier runs that changed sessions without a signature, and record REASON in the journal' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l timestamp -d 'Let this authority stamp the run\'s journal with its time (RFC 3161); it gets the SHA-256 alone' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l max-duration -d 'Stop after this time, such as 90s, 20m or 2h: what is finished is kept, and what is left gives status 7' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l ping-url -d 'Ask this URL when all went well, and with /fail behind its path when not; other users can see it here, so rather set `VMEDIA_PING_URL`' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l on-failure -d 'When the run did not end well, give this command to the shell, with a summary as JSON on its standard input' -r -f -a "(__fish_complete_command)"
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l metrics-file -d 'Write how the run ended into this file, for the textfile collector of Prometheus\' `node_exporter`; one file a job' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l strict -d 'Take no file that disagrees with the listing and no answer that is not signed'
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -f -a "path" -d 'Print where the configuration file is looked for'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -f -a "show" -d 'Show every setting and where it is from; secrets are neither read nor shown'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -f -a "check" -d 'Try whether a run would work: ask the provider one harmless question, look at the archive\'s folder and the clock'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -f -a "example" -d 'Print a configuration file in which every key is explained'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -f -a "init" -d 'Write a profile from your answers'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and not __fish_seen_subcommand_from path show check example init help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l format -d 'How to print it' -r -f -a "table\t'For people: those that matter to the provider, and those that somebody set'
json\t'All of them, as one JSON array of objects with name, value and source'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l format -d 'How to print it: text, or one JSON array of objects with check, verdict, what and hint' -r -f -a "text\t'For people'
json\t'One JSON object a line on standard output, an event each'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from example" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "path" -d 'Print where the configuration file is looked for'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show every setting and where it is from; secrets are neither read nor shown'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "check" -d 'Try whether a run would work: ask the provider one harmless question, look at the archive\'s folder and the clock'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "example" -d 'Print a configuration file in which every key is explained'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "init" -d 'Write a profile from your answers'
complete -c vmedia -n "__fish_vmedia_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l listen -d 'Where to listen; this machine only' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l data -d 'Serve the sessions in this folder too, and keep uploads in it' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l faults -d 'Misbehave: TARGET=FAULT[:ARG][*COUNT|/EVERY], several separated by commas' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand sandbox" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -s o -l output -d 'Where to put the demonstration\'s archive' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l dir -d 'Write the files for all shells into this folder' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l dir -d 'Write a page for the program and one for each command into this folder' -r -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -s p -l profile -d 'Use this profile of the configuration file' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l config -d 'Read this configuration file' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l provider -d 'Ask this provider' -r -f -a "veriff\t'Veriff\'s Public API v1'
yoti\t'Yoti\'s Identity Verification API (idverify/v1)'"
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l base-url -d 'Where the provider\'s API begins, with or without /v1' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l log-file -d 'Append what happens to this file, a line an event' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l ca-cert -d 'Trust the certificate authorities in this PEM file too' -r -F
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l retries -d 'Further tries after one that failed for a passing reason [default: 5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l retry-delay -d 'Seconds before the second try; doubled for each further one [default: 0.5]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l connect-timeout -d 'Seconds to wait for a connection [default: 10]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l timeout -d 'Seconds of silence after which a try is given up [default: 60]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l max-time -d 'Seconds that one file may take over all its tries [default: 600, and 1 for each 10 kB; at most a day]' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l max-rate -d 'Requests to begin at most, such as 20/s or 600/m, further tries included' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l limit-rate -d 'Bytes to take in a second at most, by all transfers together, such as 500k or 2M' -r -f
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -s q -l quiet -d 'Say only what went wrong'
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -s v -l verbose -d 'Say more: -v each file and its causes, -vv each request'
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l no-progress -d 'Draw no progress bars'
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -l insecure-http -d 'Allow plain http to hosts other than this machine'
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog repair config sandbox demo completions man help" -f -a "list" -d 'Show what sessions hold, before anything is fetched'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog repair config sandbox demo completions man help" -f -a "attempts" -d 'Show the attempts of sessions'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog repair config sandbox demo completions man help" -f -a "download" -d 'Archive every image, video and NFC file of sessions, each session in a folder of its own'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog repair config sandbox demo completions man help" -f -a "verify" -d 'Compare archived sessions with their listings, manifests and journal, offline'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog repair config sandbox demo completions man help" -f -a "catalog" -d 'List what archives hold, a row a session'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog repair config sandbox demo completions man help" -f -a "repair" -d 'Fetch again what is damaged or missing in archived sessions, and nothing else'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog repair config sandbox demo completions man help" -f -a "config" -d 'Show where the configuration is and what it says, or write one'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog repair config sandbox demo completions man help" -f -a "sandbox" -d 'Run a small provider on this machine, to try vmedia without an account'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog repair config sandbox demo completions man help" -f -a "demo" -d 'See the main job in one command: a sandbox, a download with progress bars, a check'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog repair config sandbox demo completions man help" -f -a "completions" -d 'Print the completions for a shell'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog repair config sandbox demo completions man help" -f -a "man" -d 'Print the man page, or write all man pages into a folder'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and not __fish_seen_subcommand_from list attempts download verify catalog repair config sandbox demo completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "path" -d 'Print where the configuration file is looked for'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Show every setting and where it is from; secrets are neither read nor shown'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "check" -d 'Try whether a run would work: ask the provider one harmless question, look at the archive\'s folder and the clock'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "example" -d 'Print a configuration file in which every key is explained'
complete -c vmedia -n "__fish_vmedia_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "init" -d 'Write a profile from your answers'
complete -c vmedia -n "__fish_vmedia_using_subcommand list" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand attempts" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand download" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand verify" -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand catalog" -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand repair" -f -a "(__fish_complete_directories)"
complete -c vmedia -n "__fish_vmedia_using_subcommand config" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand demo" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand completions" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand man" -f
complete -c vmedia -n "__fish_vmedia_using_subcommand help" -f
