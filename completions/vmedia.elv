
use builtin;
use str;

set edit:completion:arg-completer[vmedia] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'vmedia'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'vmedia'= {
            cand --color 'Use colour'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand list 'Show the media of sessions, without fetching them'
            cand attempts 'Show the attempts of sessions'
            cand download 'Archive every image, video and NFC file of sessions'
            cand verify 'Compare archived sessions with their listings, manifests and journal, offline'
            cand catalog 'List the sessions of archives'
            cand find 'Find archived sessions by reference, name or id'
            cand show 'Show what the archive holds of a session'
            cand open 'Open the page of an archived session in the browser'
            cand repair 'Fetch again what is damaged or missing in archived sessions'
            cand erase 'Destroy archived sessions by order, and keep a certificate of each'
            cand adopt 'Record sessions in the journal that it lacks, after reading them'
            cand config 'Show, check or write the configuration'
            cand sandbox 'Run a provider on this machine, to try vmedia without an account'
            cand demo 'Show a download and its verification, without an account'
            cand completions 'Print the completions for a shell'
            cand man 'Print the man page, or write all man pages to a folder'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'vmedia;list'= {
            cand --attempt 'Only this attempt'
            cand --only 'Only these kinds of media'
            cand --context 'Only media whose context matches, such as ''document-*''; repeatable'
            cand --provider-days 'Days until the provider deletes media [default: 90 (Veriff), 7 (Yoti)]'
            cand --format 'Output format'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file'
            cand --provider 'Use this provider'
            cand --base-url 'URL where the provider''s API begins, with or without /v1'
            cand --ca-cert 'Also trust the certificate authorities in this PEM file'
            cand --retries 'Number of retries after a temporary failure [default: 5]'
            cand --retry-delay 'Seconds before the first retry, then doubled [default: 0.5]'
            cand --connect-timeout 'Seconds to wait for a connection [default: 10]'
            cand --timeout 'Seconds without data after which a request fails [default: 60]'
            cand --max-rate 'Maximum request rate, such as 20/s or 600/m, retries included'
            cand --limit-rate 'Maximum bytes per second of all transfers, such as 500k or 2M'
            cand --log-file 'Append events to FILE as JSON Lines'
            cand --color 'Use colour'
            cand --latest 'Only the newest attempt'
            cand --wide 'Show whole ids and all columns, however narrow the terminal is'
            cand --insecure-http 'Allow plain http to hosts other than this machine'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand -v 'Print more: -v files and causes of errors, -vv requests'
            cand --verbose 'Print more: -v files and causes of errors, -vv requests'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;attempts'= {
            cand --format 'Output format'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file'
            cand --provider 'Use this provider'
            cand --base-url 'URL where the provider''s API begins, with or without /v1'
            cand --ca-cert 'Also trust the certificate authorities in this PEM file'
            cand --retries 'Number of retries after a temporary failure [default: 5]'
            cand --retry-delay 'Seconds before the first retry, then doubled [default: 0.5]'
            cand --connect-timeout 'Seconds to wait for a connection [default: 10]'
            cand --timeout 'Seconds without data after which a request fails [default: 60]'
            cand --max-rate 'Maximum request rate, such as 20/s or 600/m, retries included'
            cand --limit-rate 'Maximum bytes per second of all transfers, such as 500k or 2M'
            cand --log-file 'Append events to FILE as JSON Lines'
            cand --color 'Use colour'
            cand --wide 'Show all columns, however narrow the terminal is'
            cand --insecure-http 'Allow plain http to hosts other than this machine'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand -v 'Print more: -v files and causes of errors, -vv requests'
            cand --verbose 'Print more: -v files and causes of errors, -vv requests'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;download'= {
            cand --from 'Read session ids from FILE, standard input (-), or the files of DIR'
            cand --attempt 'Only this attempt'
            cand --only 'Only these kinds of media'
            cand --context 'Only media whose context matches, such as ''document-*''; repeatable'
            cand --provider-days 'Days until the provider deletes media [default: 90 (Veriff), 7 (Yoti)]'
            cand -o 'Archive folder [default: ./vmedia-archive]'
            cand --output 'Archive folder [default: ./vmedia-archive]'
            cand --with 'Also keep these companion documents of Veriff''s, such as decision; or all'
            cand --failed-to 'Write the failed sessions to FILE (CSV), to run them again with --from'
            cand --retry-not-found 'Ask N times about a session that is not found, and then leave it out'
            cand -j 'Number of files to transfer in parallel, 1 to 64 [default: 16]'
            cand --jobs 'Number of files to transfer in parallel, 1 to 64 [default: 16]'
            cand --format 'Output format'
            cand --sign-key 'Sign the run''s journal with this Ed25519 key from ssh-keygen'
            cand --accept-unsealed 'Sign above unsigned earlier runs, and record REASON in the journal'
            cand --timestamp 'Have the run''s journal time-stamped by this authority (RFC 3161)'
            cand --max-duration 'Stop after this time, such as 90s, 20m or 2h'
            cand --ping-url 'Ping URL on success and URL/fail on failure'
            cand --on-failure 'Run this shell command on failure, with a JSON summary on its input'
            cand --metrics-file 'Write metrics to FILE, for Prometheus'' textfile collector'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file'
            cand --provider 'Use this provider'
            cand --base-url 'URL where the provider''s API begins, with or without /v1'
            cand --ca-cert 'Also trust the certificate authorities in this PEM file'
            cand --retries 'Number of retries after a temporary failure [default: 5]'
            cand --retry-delay 'Seconds before the first retry, then doubled [default: 0.5]'
            cand --connect-timeout 'Seconds to wait for a connection [default: 10]'
            cand --timeout 'Seconds without data after which a request fails [default: 60]'
            cand --max-rate 'Maximum request rate, such as 20/s or 600/m, retries included'
            cand --limit-rate 'Maximum bytes per second of all transfers, such as 500k or 2M'
            cand --max-time 'Seconds for a file with its retries [default: 600 or more, by size]'
            cand --log-file 'Append events to FILE as JSON Lines'
            cand --color 'Use colour'
            cand --latest 'Only the newest attempt'
            cand --dry-run 'Show what would be done and write nothing'
            cand --refetch 'Fetch archived files again, compare them and keep both where they differ'
            cand --skip-complete 'Skip sessions that are complete in the archive, without asking again'
            cand --no-skip-complete 'Ask about complete sessions too, whatever the profile says'
            cand --strict 'Reject unsigned answers, and files that disagree with the listing'
            cand --insecure-http 'Allow plain http to hosts other than this machine'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand -v 'Print more: -v files and causes of errors, -vv requests'
            cand --verbose 'Print more: -v files and causes of errors, -vv requests'
            cand --no-progress 'Draw no progress bars'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;verify'= {
            cand --sample 'Read only this share of the payload files, chosen at random'
            cand --since 'Check only sessions changed since this day or moment (UTC), or 7d ago'
            cand --expect-head 'Require the journal line with this digest; repeatable'
            cand --signers 'Require a journal signature by one of these keys, and accept no other'
            cand --tsa-ca 'Check time stamps with the CA certificates in FILE; repeatable'
            cand -j 'Number of files to read in parallel [default: number of CPUs]'
            cand --jobs 'Number of files to read in parallel [default: number of CPUs]'
            cand --format 'Output format'
            cand --max-duration 'Stop after this time, such as 90s, 20m or 2h'
            cand --ping-url 'Ping URL on success and URL/fail on failure'
            cand --on-failure 'Run this shell command on failure, with a JSON summary on its input'
            cand --metrics-file 'Write metrics to FILE, for Prometheus'' textfile collector'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file'
            cand --provider 'Provider whose signatures are checked'
            cand --ca-cert 'Also trust the certificate authorities in this PEM file'
            cand --log-file 'Append events to FILE as JSON Lines'
            cand --color 'Use colour'
            cand --authenticate 'Check the provider''s signatures, with the API secrets of that time'
            cand --print-head 'Print the head of the journal, to be kept elsewhere for --expect-head'
            cand --read-only 'Do not record this verification in the journal'
            cand --insecure-http 'Allow plain http to hosts other than this machine'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand -v 'Print more: -v files and causes of errors, -vv requests'
            cand --verbose 'Print more: -v files and causes of errors, -vv requests'
            cand --no-progress 'Draw no progress bars'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;catalog'= {
            cand --where 'Only sessions of this state, provider or decision; repeatable'
            cand --since 'Only sessions changed since this day or moment (UTC), or 7d ago'
            cand --name 'Only sessions of persons whose name has these words'
            cand --sort 'Order of the sessions [default: by folder]'
            cand --format 'Output format'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file'
            cand --log-file 'Append events to FILE as JSON Lines'
            cand --color 'Use colour'
            cand --html 'Also write index.html into the archive, with links to the sessions'' pages'
            cand --wide 'Show all columns, however narrow the terminal is'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand -v 'Print more: -v files and causes of errors, -vv requests'
            cand --verbose 'Print more: -v files and causes of errors, -vv requests'
            cand --no-progress 'Draw no progress bars'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;find'= {
            cand --archive 'Archive, or a folder with archives in it [default: as for download]'
            cand --format 'Output format'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file'
            cand --log-file 'Append events to FILE as JSON Lines'
            cand --color 'Use colour'
            cand --wide 'Show all columns, however narrow the terminal is'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand -v 'Print more: -v files and causes of errors, -vv requests'
            cand --verbose 'Print more: -v files and causes of errors, -vv requests'
            cand --no-progress 'Draw no progress bars'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;show'= {
            cand --archive 'Archive, or a folder with archives in it [default: as for download]'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file'
            cand --format 'Output format'
            cand --color 'Use colour'
            cand --wide 'Show whole ids and all columns, however narrow the terminal is'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;open'= {
            cand --archive 'Archive, or a folder with archives in it [default: as for download]'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file'
            cand --color 'Use colour'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;repair'= {
            cand -j 'Number of files to transfer in parallel, 1 to 64 [default: 16]'
            cand --jobs 'Number of files to transfer in parallel, 1 to 64 [default: 16]'
            cand --format 'Output format'
            cand --sign-key 'Sign the run''s journal with this Ed25519 key from ssh-keygen'
            cand --accept-unsealed 'Sign above unsigned earlier runs, and record REASON in the journal'
            cand --timestamp 'Have the run''s journal time-stamped by this authority (RFC 3161)'
            cand --max-duration 'Stop after this time, such as 90s, 20m or 2h'
            cand --ping-url 'Ping URL on success and URL/fail on failure'
            cand --on-failure 'Run this shell command on failure, with a JSON summary on its input'
            cand --metrics-file 'Write metrics to FILE, for Prometheus'' textfile collector'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file'
            cand --provider 'Use this provider'
            cand --base-url 'URL where the provider''s API begins, with or without /v1'
            cand --ca-cert 'Also trust the certificate authorities in this PEM file'
            cand --retries 'Number of retries after a temporary failure [default: 5]'
            cand --retry-delay 'Seconds before the first retry, then doubled [default: 0.5]'
            cand --connect-timeout 'Seconds to wait for a connection [default: 10]'
            cand --timeout 'Seconds without data after which a request fails [default: 60]'
            cand --max-rate 'Maximum request rate, such as 20/s or 600/m, retries included'
            cand --limit-rate 'Maximum bytes per second of all transfers, such as 500k or 2M'
            cand --max-time 'Seconds for a file with its retries [default: 600 or more, by size]'
            cand --log-file 'Append events to FILE as JSON Lines'
            cand --color 'Use colour'
            cand --strict 'Reject unsigned answers, and files that disagree with the listing'
            cand --insecure-http 'Allow plain http to hosts other than this machine'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand -v 'Print more: -v files and causes of errors, -vv requests'
            cand --verbose 'Print more: -v files and causes of errors, -vv requests'
            cand --no-progress 'Draw no progress bars'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;erase'= {
            cand --authority 'Law, rule or order that requires the erasure, for the certificate'
            cand --reason 'Your reason, which is recorded; without the person''s name'
            cand --archive 'The archive [default: as for download]'
            cand --format 'Output format'
            cand --sign-key 'Sign the run''s journal with this Ed25519 key from ssh-keygen'
            cand --accept-unsealed 'Sign above unsigned earlier runs, and record REASON in the journal'
            cand --timestamp 'Have the run''s journal time-stamped by this authority (RFC 3161)'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file'
            cand --ca-cert 'Also trust the certificate authorities in this PEM file'
            cand --log-file 'Append events to FILE as JSON Lines'
            cand --color 'Use colour'
            cand --dry-run 'Show what would be erased and change nothing'
            cand --insecure-http 'Allow plain http to hosts other than this machine'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand -v 'Print more: -v files and causes of errors, -vv requests'
            cand --verbose 'Print more: -v files and causes of errors, -vv requests'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;adopt'= {
            cand --provider 'Provider whose signatures are checked'
            cand --reason 'Your reason, which is recorded; without the person''s name'
            cand --archive 'The archive [default: as for download]'
            cand --format 'Output format'
            cand --sign-key 'Sign the run''s journal with this Ed25519 key from ssh-keygen'
            cand --accept-unsealed 'Sign above unsigned earlier runs, and record REASON in the journal'
            cand --timestamp 'Have the run''s journal time-stamped by this authority (RFC 3161)'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file'
            cand --ca-cert 'Also trust the certificate authorities in this PEM file'
            cand --log-file 'Append events to FILE as JSON Lines'
            cand --color 'Use colour'
            cand --authenticate 'Check the provider''s signatures, with the API secrets of that time'
            cand --insecure-http 'Allow plain http to hosts other than this machine'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand -v 'Print more: -v files and causes of errors, -vv requests'
            cand --verbose 'Print more: -v files and causes of errors, -vv requests'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;config'= {
            cand --color 'Use colour'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand path 'Print the path of the configuration file'
            cand show 'Show every setting and its source; secrets are neither read nor shown'
            cand check 'Check that a run would work: settings, provider, archive folder and clock'
            cand example 'Print a configuration file in which every key is explained'
            cand init 'Write a profile from your answers'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'vmedia;config;path'= {
            cand --config 'Read this configuration file'
            cand --color 'Use colour'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;config;show'= {
            cand --format 'Output format'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file'
            cand --provider 'Use this provider'
            cand --base-url 'URL where the provider''s API begins, with or without /v1'
            cand --ca-cert 'Also trust the certificate authorities in this PEM file'
            cand --retries 'Number of retries after a temporary failure [default: 5]'
            cand --retry-delay 'Seconds before the first retry, then doubled [default: 0.5]'
            cand --connect-timeout 'Seconds to wait for a connection [default: 10]'
            cand --timeout 'Seconds without data after which a request fails [default: 60]'
            cand --max-rate 'Maximum request rate, such as 20/s or 600/m, retries included'
            cand --limit-rate 'Maximum bytes per second of all transfers, such as 500k or 2M'
            cand --max-time 'Seconds for a file with its retries [default: 600 or more, by size]'
            cand --log-file 'Append events to FILE as JSON Lines'
            cand --color 'Use colour'
            cand --insecure-http 'Allow plain http to hosts other than this machine'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;config;check'= {
            cand --format 'Output format: text, or a JSON array of objects with check, verdict, what, hint'
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file'
            cand --provider 'Use this provider'
            cand --base-url 'URL where the provider''s API begins, with or without /v1'
            cand --ca-cert 'Also trust the certificate authorities in this PEM file'
            cand --retries 'Number of retries after a temporary failure [default: 5]'
            cand --retry-delay 'Seconds before the first retry, then doubled [default: 0.5]'
            cand --connect-timeout 'Seconds to wait for a connection [default: 10]'
            cand --timeout 'Seconds without data after which a request fails [default: 60]'
            cand --log-file 'Append events to FILE as JSON Lines'
            cand --color 'Use colour'
            cand --insecure-http 'Allow plain http to hosts other than this machine'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;config;example'= {
            cand --color 'Use colour'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;config;init'= {
            cand -p 'Use this profile of the configuration file'
            cand --profile 'Use this profile of the configuration file'
            cand --config 'Read this configuration file'
            cand --provider 'Use this provider'
            cand --base-url 'URL where the provider''s API begins, with or without /v1'
            cand --ca-cert 'Also trust the certificate authorities in this PEM file'
            cand --retries 'Number of retries after a temporary failure [default: 5]'
            cand --retry-delay 'Seconds before the first retry, then doubled [default: 0.5]'
            cand --connect-timeout 'Seconds to wait for a connection [default: 10]'
            cand --timeout 'Seconds without data after which a request fails [default: 60]'
            cand --log-file 'Append events to FILE as JSON Lines'
            cand --color 'Use colour'
            cand --insecure-http 'Allow plain http to hosts other than this machine'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;config;help'= {
            cand path 'Print the path of the configuration file'
            cand show 'Show every setting and its source; secrets are neither read nor shown'
            cand check 'Check that a run would work: settings, provider, archive folder and clock'
            cand example 'Print a configuration file in which every key is explained'
            cand init 'Write a profile from your answers'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'vmedia;config;help;path'= {
        }
        &'vmedia;config;help;show'= {
        }
        &'vmedia;config;help;check'= {
        }
        &'vmedia;config;help;example'= {
        }
        &'vmedia;config;help;init'= {
        }
        &'vmedia;config;help;help'= {
        }
        &'vmedia;sandbox'= {
            cand --listen 'Address to listen on, of this machine only'
            cand --data 'Also serve the sessions in this folder, and keep uploads in it'
            cand --faults 'Misbehave: TARGET=FAULT[:ARG][*COUNT|/EVERY], several separated by commas'
            cand --provider 'Play this provider [default: veriff]'
            cand --config 'Read this configuration file'
            cand --color 'Use colour'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand -v 'Print more: -v files and causes of errors, -vv requests'
            cand --verbose 'Print more: -v files and causes of errors, -vv requests'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;demo'= {
            cand -o 'Archive folder of the demonstration'
            cand --output 'Archive folder of the demonstration'
            cand --provider 'Play this provider [default: veriff]'
            cand --log-file 'Append events to FILE as JSON Lines'
            cand --color 'Use colour'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand -v 'Print more: -v files and causes of errors, -vv requests'
            cand --verbose 'Print more: -v files and causes of errors, -vv requests'
            cand --no-progress 'Draw no progress bars'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;completions'= {
            cand --dir 'Write the files for all shells to this folder'
            cand --color 'Use colour'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;man'= {
            cand --dir 'Write a page for the program and one for each command to this folder'
            cand --color 'Use colour'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'vmedia;help'= {
            cand list 'Show the media of sessions, without fetching them'
            cand attempts 'Show the attempts of sessions'
            cand download 'Archive every image, video and NFC file of sessions'
            cand verify 'Compare archived sessions with their listings, manifests and journal, offline'
            cand catalog 'List the sessions of archives'
            cand find 'Find archived sessions by reference, name or id'
            cand show 'Show what the archive holds of a session'
            cand open 'Open the page of an archived session in the browser'
            cand repair 'Fetch again what is damaged or missing in archived sessions'
            cand erase 'Destroy archived sessions by order, and keep a certificate of each'
            cand adopt 'Record sessions in the journal that it lacks, after reading them'
            cand config 'Show, check or write the configuration'
            cand sandbox 'Run a provider on this machine, to try vmedia without an account'
            cand demo 'Show a download and its verification, without an account'
            cand completions 'Print the completions for a shell'
            cand man 'Print the man page, or write all man pages to a folder'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'vmedia;help;list'= {
        }
        &'vmedia;help;attempts'= {
        }
        &'vmedia;help;download'= {
        }
        &'vmedia;help;verify'= {
        }
        &'vmedia;help;catalog'= {
        }
        &'vmedia;help;find'= {
        }
        &'vmedia;help;show'= {
        }
        &'vmedia;help;open'= {
        }
        &'vmedia;help;repair'= {
        }
        &'vmedia;help;erase'= {
        }
        &'vmedia;help;adopt'= {
        }
        &'vmedia;help;config'= {
            cand path 'Print the path of the configuration file'
            cand show 'Show every setting and its source; secrets are neither read nor shown'
            cand check 'Check that a run would work: settings, provider, archive folder and clock'
            cand example 'Print a configuration file in which every key is explained'
            cand init 'Write a profile from your answers'
        }
        &'vmedia;help;config;path'= {
        }
        &'vmedia;help;config;show'= {
        }
        &'vmedia;help;config;check'= {
        }
        &'vmedia;help;config;example'= {
        }
        &'vmedia;help;config;init'= {
        }
        &'vmedia;help;sandbox'= {
        }
        &'vmedia;help;demo'= {
        }
        &'vmedia;help;completions'= {
        }
        &'vmedia;help;man'= {
        }
        &'vmedia;help;help'= {
        }
    ]
    $completions[$command]
}
