
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'vmedia' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'vmedia'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'vmedia' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Show the media of sessions, without fetching them')
            [CompletionResult]::new('attempts', 'attempts', [CompletionResultType]::ParameterValue, 'Show the attempts of sessions')
            [CompletionResult]::new('download', 'download', [CompletionResultType]::ParameterValue, 'Archive every image, video and NFC file of sessions')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Compare archived sessions with their listings, manifests and journal, offline')
            [CompletionResult]::new('catalog', 'catalog', [CompletionResultType]::ParameterValue, 'List the sessions of archives')
            [CompletionResult]::new('find', 'find', [CompletionResultType]::ParameterValue, 'Find archived sessions by reference, name or id')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what the archive holds of a session')
            [CompletionResult]::new('open', 'open', [CompletionResultType]::ParameterValue, 'Open the page of an archived session in the browser')
            [CompletionResult]::new('repair', 'repair', [CompletionResultType]::ParameterValue, 'Fetch again what is damaged or missing in archived sessions')
            [CompletionResult]::new('erase', 'erase', [CompletionResultType]::ParameterValue, 'Destroy archived sessions by order, and keep a certificate of each')
            [CompletionResult]::new('adopt', 'adopt', [CompletionResultType]::ParameterValue, 'Record sessions in the journal that it lacks, after reading them')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show, check or write the configuration')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Run a provider on this machine, to try vmedia without an account')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Show a download and its verification, without an account')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the man page, or write all man pages to a folder')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'vmedia;list' {
            [CompletionResult]::new('--attempt', '--attempt', [CompletionResultType]::ParameterName, 'Only this attempt')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Only these kinds of media')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Only media whose context matches, such as ''document-*''; repeatable')
            [CompletionResult]::new('--provider-days', '--provider-days', [CompletionResultType]::ParameterName, 'Days until the provider deletes media [default: 90 (Veriff), 7 (Yoti)]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'URL where the provider''s API begins, with or without /v1')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Also trust the certificate authorities in this PEM file')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'Number of retries after a temporary failure [default: 5]')
            [CompletionResult]::new('--retry-delay', '--retry-delay', [CompletionResultType]::ParameterName, 'Seconds before the first retry, then doubled [default: 0.5]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection [default: 10]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds without data after which a request fails [default: 60]')
            [CompletionResult]::new('--max-rate', '--max-rate', [CompletionResultType]::ParameterName, 'Maximum request rate, such as 20/s or 600/m, retries included')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Maximum bytes per second of all transfers, such as 500k or 2M')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append events to FILE as JSON Lines')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--latest', '--latest', [CompletionResultType]::ParameterName, 'Only the newest attempt')
            [CompletionResult]::new('--wide', '--wide', [CompletionResultType]::ParameterName, 'Show whole ids and all columns, however narrow the terminal is')
            [CompletionResult]::new('--insecure-http', '--insecure-http', [CompletionResultType]::ParameterName, 'Allow plain http to hosts other than this machine')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;attempts' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'URL where the provider''s API begins, with or without /v1')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Also trust the certificate authorities in this PEM file')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'Number of retries after a temporary failure [default: 5]')
            [CompletionResult]::new('--retry-delay', '--retry-delay', [CompletionResultType]::ParameterName, 'Seconds before the first retry, then doubled [default: 0.5]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection [default: 10]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds without data after which a request fails [default: 60]')
            [CompletionResult]::new('--max-rate', '--max-rate', [CompletionResultType]::ParameterName, 'Maximum request rate, such as 20/s or 600/m, retries included')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Maximum bytes per second of all transfers, such as 500k or 2M')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append events to FILE as JSON Lines')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--wide', '--wide', [CompletionResultType]::ParameterName, 'Show all columns, however narrow the terminal is')
            [CompletionResult]::new('--insecure-http', '--insecure-http', [CompletionResultType]::ParameterName, 'Allow plain http to hosts other than this machine')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;download' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Read session ids from FILE, standard input (-), or the files of DIR')
            [CompletionResult]::new('--attempt', '--attempt', [CompletionResultType]::ParameterName, 'Only this attempt')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Only these kinds of media')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Only media whose context matches, such as ''document-*''; repeatable')
            [CompletionResult]::new('--provider-days', '--provider-days', [CompletionResultType]::ParameterName, 'Days until the provider deletes media [default: 90 (Veriff), 7 (Yoti)]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Archive folder [default: ./vmedia-archive]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Archive folder [default: ./vmedia-archive]')
            [CompletionResult]::new('--with', '--with', [CompletionResultType]::ParameterName, 'Also keep these companion documents of Veriff''s, such as decision; or all')
            [CompletionResult]::new('--failed-to', '--failed-to', [CompletionResultType]::ParameterName, 'Write the failed sessions to FILE (CSV), to run them again with --from')
            [CompletionResult]::new('--retry-not-found', '--retry-not-found', [CompletionResultType]::ParameterName, 'Ask N times about a session that is not found, and then leave it out')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Number of files to transfer in parallel, 1 to 64 [default: 16]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Number of files to transfer in parallel, 1 to 64 [default: 16]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--sign-key', '--sign-key', [CompletionResultType]::ParameterName, 'Sign the run''s journal with this Ed25519 key from ssh-keygen')
            [CompletionResult]::new('--accept-unsealed', '--accept-unsealed', [CompletionResultType]::ParameterName, 'Sign above unsigned earlier runs, and record REASON in the journal')
            [CompletionResult]::new('--timestamp', '--timestamp', [CompletionResultType]::ParameterName, 'Have the run''s journal time-stamped by this authority (RFC 3161)')
            [CompletionResult]::new('--max-duration', '--max-duration', [CompletionResultType]::ParameterName, 'Stop after this time, such as 90s, 20m or 2h')
            [CompletionResult]::new('--ping-url', '--ping-url', [CompletionResultType]::ParameterName, 'Ping URL on success and URL/fail on failure')
            [CompletionResult]::new('--on-failure', '--on-failure', [CompletionResultType]::ParameterName, 'Run this shell command on failure, with a JSON summary on its input')
            [CompletionResult]::new('--metrics-file', '--metrics-file', [CompletionResultType]::ParameterName, 'Write metrics to FILE, for Prometheus'' textfile collector')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'URL where the provider''s API begins, with or without /v1')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Also trust the certificate authorities in this PEM file')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'Number of retries after a temporary failure [default: 5]')
            [CompletionResult]::new('--retry-delay', '--retry-delay', [CompletionResultType]::ParameterName, 'Seconds before the first retry, then doubled [default: 0.5]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection [default: 10]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds without data after which a request fails [default: 60]')
            [CompletionResult]::new('--max-rate', '--max-rate', [CompletionResultType]::ParameterName, 'Maximum request rate, such as 20/s or 600/m, retries included')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Maximum bytes per second of all transfers, such as 500k or 2M')
            [CompletionResult]::new('--max-time', '--max-time', [CompletionResultType]::ParameterName, 'Seconds for a file with its retries [default: 600 or more, by size]')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append events to FILE as JSON Lines')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--latest', '--latest', [CompletionResultType]::ParameterName, 'Only the newest attempt')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be done and write nothing')
            [CompletionResult]::new('--refetch', '--refetch', [CompletionResultType]::ParameterName, 'Fetch archived files again, compare them and keep both where they differ')
            [CompletionResult]::new('--skip-complete', '--skip-complete', [CompletionResultType]::ParameterName, 'Skip sessions that are complete in the archive, without asking again')
            [CompletionResult]::new('--no-skip-complete', '--no-skip-complete', [CompletionResultType]::ParameterName, 'Ask about complete sessions too, whatever the profile says')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Reject unsigned answers, and files that disagree with the listing')
            [CompletionResult]::new('--insecure-http', '--insecure-http', [CompletionResultType]::ParameterName, 'Allow plain http to hosts other than this machine')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;verify' {
            [CompletionResult]::new('--sample', '--sample', [CompletionResultType]::ParameterName, 'Read only this share of the payload files, chosen at random')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Check only sessions changed since this day or moment (UTC), or 7d ago')
            [CompletionResult]::new('--expect-head', '--expect-head', [CompletionResultType]::ParameterName, 'Require the journal line with this digest; repeatable')
            [CompletionResult]::new('--signers', '--signers', [CompletionResultType]::ParameterName, 'Require a journal signature by one of these keys, and accept no other')
            [CompletionResult]::new('--tsa-ca', '--tsa-ca', [CompletionResultType]::ParameterName, 'Check time stamps with the CA certificates in FILE; repeatable')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Number of files to read in parallel [default: number of CPUs]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Number of files to read in parallel [default: number of CPUs]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--max-duration', '--max-duration', [CompletionResultType]::ParameterName, 'Stop after this time, such as 90s, 20m or 2h')
            [CompletionResult]::new('--ping-url', '--ping-url', [CompletionResultType]::ParameterName, 'Ping URL on success and URL/fail on failure')
            [CompletionResult]::new('--on-failure', '--on-failure', [CompletionResultType]::ParameterName, 'Run this shell command on failure, with a JSON summary on its input')
            [CompletionResult]::new('--metrics-file', '--metrics-file', [CompletionResultType]::ParameterName, 'Write metrics to FILE, for Prometheus'' textfile collector')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Provider whose signatures are checked')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Also trust the certificate authorities in this PEM file')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append events to FILE as JSON Lines')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--authenticate', '--authenticate', [CompletionResultType]::ParameterName, 'Check the provider''s signatures, with the API secrets of that time')
            [CompletionResult]::new('--print-head', '--print-head', [CompletionResultType]::ParameterName, 'Print the head of the journal, to be kept elsewhere for --expect-head')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Do not record this verification in the journal')
            [CompletionResult]::new('--insecure-http', '--insecure-http', [CompletionResultType]::ParameterName, 'Allow plain http to hosts other than this machine')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;catalog' {
            [CompletionResult]::new('--where', '--where', [CompletionResultType]::ParameterName, 'Only sessions of this state, provider or decision; repeatable')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only sessions changed since this day or moment (UTC), or 7d ago')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Only sessions of persons whose name has these words')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order of the sessions [default: by folder]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append events to FILE as JSON Lines')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'Also write index.html into the archive, with links to the sessions'' pages')
            [CompletionResult]::new('--wide', '--wide', [CompletionResultType]::ParameterName, 'Show all columns, however narrow the terminal is')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;find' {
            [CompletionResult]::new('--archive', '--archive', [CompletionResultType]::ParameterName, 'Archive, or a folder with archives in it [default: as for download]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append events to FILE as JSON Lines')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--wide', '--wide', [CompletionResultType]::ParameterName, 'Show all columns, however narrow the terminal is')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;show' {
            [CompletionResult]::new('--archive', '--archive', [CompletionResultType]::ParameterName, 'Archive, or a folder with archives in it [default: as for download]')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--wide', '--wide', [CompletionResultType]::ParameterName, 'Show whole ids and all columns, however narrow the terminal is')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;open' {
            [CompletionResult]::new('--archive', '--archive', [CompletionResultType]::ParameterName, 'Archive, or a folder with archives in it [default: as for download]')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;repair' {
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Number of files to transfer in parallel, 1 to 64 [default: 16]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Number of files to transfer in parallel, 1 to 64 [default: 16]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--sign-key', '--sign-key', [CompletionResultType]::ParameterName, 'Sign the run''s journal with this Ed25519 key from ssh-keygen')
            [CompletionResult]::new('--accept-unsealed', '--accept-unsealed', [CompletionResultType]::ParameterName, 'Sign above unsigned earlier runs, and record REASON in the journal')
            [CompletionResult]::new('--timestamp', '--timestamp', [CompletionResultType]::ParameterName, 'Have the run''s journal time-stamped by this authority (RFC 3161)')
            [CompletionResult]::new('--max-duration', '--max-duration', [CompletionResultType]::ParameterName, 'Stop after this time, such as 90s, 20m or 2h')
            [CompletionResult]::new('--ping-url', '--ping-url', [CompletionResultType]::ParameterName, 'Ping URL on success and URL/fail on failure')
            [CompletionResult]::new('--on-failure', '--on-failure', [CompletionResultType]::ParameterName, 'Run this shell command on failure, with a JSON summary on its input')
            [CompletionResult]::new('--metrics-file', '--metrics-file', [CompletionResultType]::ParameterName, 'Write metrics to FILE, for Prometheus'' textfile collector')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'URL where the provider''s API begins, with or without /v1')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Also trust the certificate authorities in this PEM file')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'Number of retries after a temporary failure [default: 5]')
            [CompletionResult]::new('--retry-delay', '--retry-delay', [CompletionResultType]::ParameterName, 'Seconds before the first retry, then doubled [default: 0.5]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection [default: 10]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds without data after which a request fails [default: 60]')
            [CompletionResult]::new('--max-rate', '--max-rate', [CompletionResultType]::ParameterName, 'Maximum request rate, such as 20/s or 600/m, retries included')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Maximum bytes per second of all transfers, such as 500k or 2M')
            [CompletionResult]::new('--max-time', '--max-time', [CompletionResultType]::ParameterName, 'Seconds for a file with its retries [default: 600 or more, by size]')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append events to FILE as JSON Lines')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Reject unsigned answers, and files that disagree with the listing')
            [CompletionResult]::new('--insecure-http', '--insecure-http', [CompletionResultType]::ParameterName, 'Allow plain http to hosts other than this machine')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;erase' {
            [CompletionResult]::new('--authority', '--authority', [CompletionResultType]::ParameterName, 'Law, rule or order that requires the erasure, for the certificate')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Your reason, which is recorded; without the person''s name')
            [CompletionResult]::new('--archive', '--archive', [CompletionResultType]::ParameterName, 'The archive [default: as for download]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--sign-key', '--sign-key', [CompletionResultType]::ParameterName, 'Sign the run''s journal with this Ed25519 key from ssh-keygen')
            [CompletionResult]::new('--accept-unsealed', '--accept-unsealed', [CompletionResultType]::ParameterName, 'Sign above unsigned earlier runs, and record REASON in the journal')
            [CompletionResult]::new('--timestamp', '--timestamp', [CompletionResultType]::ParameterName, 'Have the run''s journal time-stamped by this authority (RFC 3161)')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Also trust the certificate authorities in this PEM file')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append events to FILE as JSON Lines')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be erased and change nothing')
            [CompletionResult]::new('--insecure-http', '--insecure-http', [CompletionResultType]::ParameterName, 'Allow plain http to hosts other than this machine')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;adopt' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Provider whose signatures are checked')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Your reason, which is recorded; without the person''s name')
            [CompletionResult]::new('--archive', '--archive', [CompletionResultType]::ParameterName, 'The archive [default: as for download]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--sign-key', '--sign-key', [CompletionResultType]::ParameterName, 'Sign the run''s journal with this Ed25519 key from ssh-keygen')
            [CompletionResult]::new('--accept-unsealed', '--accept-unsealed', [CompletionResultType]::ParameterName, 'Sign above unsigned earlier runs, and record REASON in the journal')
            [CompletionResult]::new('--timestamp', '--timestamp', [CompletionResultType]::ParameterName, 'Have the run''s journal time-stamped by this authority (RFC 3161)')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Also trust the certificate authorities in this PEM file')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append events to FILE as JSON Lines')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--authenticate', '--authenticate', [CompletionResultType]::ParameterName, 'Check the provider''s signatures, with the API secrets of that time')
            [CompletionResult]::new('--insecure-http', '--insecure-http', [CompletionResultType]::ParameterName, 'Allow plain http to hosts other than this machine')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;config' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print the path of the configuration file')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show every setting and its source; secrets are neither read nor shown')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check that a run would work: settings, provider, archive folder and clock')
            [CompletionResult]::new('example', 'example', [CompletionResultType]::ParameterValue, 'Print a configuration file in which every key is explained')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a profile from your answers')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'vmedia;config;path' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;config;show' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'URL where the provider''s API begins, with or without /v1')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Also trust the certificate authorities in this PEM file')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'Number of retries after a temporary failure [default: 5]')
            [CompletionResult]::new('--retry-delay', '--retry-delay', [CompletionResultType]::ParameterName, 'Seconds before the first retry, then doubled [default: 0.5]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection [default: 10]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds without data after which a request fails [default: 60]')
            [CompletionResult]::new('--max-rate', '--max-rate', [CompletionResultType]::ParameterName, 'Maximum request rate, such as 20/s or 600/m, retries included')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Maximum bytes per second of all transfers, such as 500k or 2M')
            [CompletionResult]::new('--max-time', '--max-time', [CompletionResultType]::ParameterName, 'Seconds for a file with its retries [default: 600 or more, by size]')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append events to FILE as JSON Lines')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--insecure-http', '--insecure-http', [CompletionResultType]::ParameterName, 'Allow plain http to hosts other than this machine')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;config;check' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Output format: text, or a JSON array of objects with check, verdict, what, hint')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'URL where the provider''s API begins, with or without /v1')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Also trust the certificate authorities in this PEM file')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'Number of retries after a temporary failure [default: 5]')
            [CompletionResult]::new('--retry-delay', '--retry-delay', [CompletionResultType]::ParameterName, 'Seconds before the first retry, then doubled [default: 0.5]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection [default: 10]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds without data after which a request fails [default: 60]')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append events to FILE as JSON Lines')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--insecure-http', '--insecure-http', [CompletionResultType]::ParameterName, 'Allow plain http to hosts other than this machine')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;config;example' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;config;init' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile of the configuration file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Use this provider')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'URL where the provider''s API begins, with or without /v1')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Also trust the certificate authorities in this PEM file')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'Number of retries after a temporary failure [default: 5]')
            [CompletionResult]::new('--retry-delay', '--retry-delay', [CompletionResultType]::ParameterName, 'Seconds before the first retry, then doubled [default: 0.5]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection [default: 10]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds without data after which a request fails [default: 60]')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append events to FILE as JSON Lines')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--insecure-http', '--insecure-http', [CompletionResultType]::ParameterName, 'Allow plain http to hosts other than this machine')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;config;help' {
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print the path of the configuration file')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show every setting and its source; secrets are neither read nor shown')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check that a run would work: settings, provider, archive folder and clock')
            [CompletionResult]::new('example', 'example', [CompletionResultType]::ParameterValue, 'Print a configuration file in which every key is explained')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a profile from your answers')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'vmedia;config;help;path' {
            break
        }
        'vmedia;config;help;show' {
            break
        }
        'vmedia;config;help;check' {
            break
        }
        'vmedia;config;help;example' {
            break
        }
        'vmedia;config;help;init' {
            break
        }
        'vmedia;config;help;help' {
            break
        }
        'vmedia;sandbox' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address to listen on, of this machine only')
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'Also serve the sessions in this folder, and keep uploads in it')
            [CompletionResult]::new('--faults', '--faults', [CompletionResultType]::ParameterName, 'Misbehave: TARGET=FAULT[:ARG][*COUNT|/EVERY], several separated by commas')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Play this provider [default: veriff]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;demo' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Archive folder of the demonstration')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Archive folder of the demonstration')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Play this provider [default: veriff]')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append events to FILE as JSON Lines')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more: -v files and causes of errors, -vv requests')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress bars')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;completions' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write the files for all shells to this folder')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;man' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write a page for the program and one for each command to this folder')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'vmedia;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Show the media of sessions, without fetching them')
            [CompletionResult]::new('attempts', 'attempts', [CompletionResultType]::ParameterValue, 'Show the attempts of sessions')
            [CompletionResult]::new('download', 'download', [CompletionResultType]::ParameterValue, 'Archive every image, video and NFC file of sessions')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Compare archived sessions with their listings, manifests and journal, offline')
            [CompletionResult]::new('catalog', 'catalog', [CompletionResultType]::ParameterValue, 'List the sessions of archives')
            [CompletionResult]::new('find', 'find', [CompletionResultType]::ParameterValue, 'Find archived sessions by reference, name or id')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what the archive holds of a session')
            [CompletionResult]::new('open', 'open', [CompletionResultType]::ParameterValue, 'Open the page of an archived session in the browser')
            [CompletionResult]::new('repair', 'repair', [CompletionResultType]::ParameterValue, 'Fetch again what is damaged or missing in archived sessions')
            [CompletionResult]::new('erase', 'erase', [CompletionResultType]::ParameterValue, 'Destroy archived sessions by order, and keep a certificate of each')
            [CompletionResult]::new('adopt', 'adopt', [CompletionResultType]::ParameterValue, 'Record sessions in the journal that it lacks, after reading them')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show, check or write the configuration')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Run a provider on this machine, to try vmedia without an account')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Show a download and its verification, without an account')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the man page, or write all man pages to a folder')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'vmedia;help;list' {
            break
        }
        'vmedia;help;attempts' {
            break
        }
        'vmedia;help;download' {
            break
        }
        'vmedia;help;verify' {
            break
        }
        'vmedia;help;catalog' {
            break
        }
        'vmedia;help;find' {
            break
        }
        'vmedia;help;show' {
            break
        }
        'vmedia;help;open' {
            break
        }
        'vmedia;help;repair' {
            break
        }
        'vmedia;help;erase' {
            break
        }
        'vmedia;help;adopt' {
            break
        }
        'vmedia;help;config' {
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print the path of the configuration file')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show every setting and its source; secrets are neither read nor shown')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check that a run would work: settings, provider, archive folder and clock')
            [CompletionResult]::new('example', 'example', [CompletionResultType]::ParameterValue, 'Print a configuration file in which every key is explained')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a profile from your answers')
            break
        }
        'vmedia;help;config;path' {
            break
        }
        'vmedia;help;config;show' {
            break
        }
        'vmedia;help;config;check' {
            break
        }
        'vmedia;help;config;example' {
            break
        }
        'vmedia;help;config;init' {
            break
        }
        'vmedia;help;sandbox' {
            break
        }
        'vmedia;help;demo' {
            break
        }
        'vmedia;help;completions' {
            break
        }
        'vmedia;help;man' {
            break
        }
        'vmedia;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
