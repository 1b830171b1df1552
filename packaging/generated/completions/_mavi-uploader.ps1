
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'mavi-uploader' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'mavi-uploader'
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
        'mavi-uploader' {
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Try it without an account: the service is played in this program, and nothing leaves the computer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('upload', 'upload', [CompletionResultType]::ParameterValue, 'Upload files and folders without a window')
            [CompletionResult]::new('key', 'key', [CompletionResultType]::ParameterValue, 'Save, look up or remove the API key in the keychain of this computer')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Ask memories.ai again how assets are')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete assets from memories.ai for good')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'List what was uploaded from this computer')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Bring assets into the history from a CSV or JSON export, a ledger, or a list of IDs')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Run a server that plays the service, on this computer only, for trying out and for tests')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mavi-uploader;upload' {
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Files to upload at a time, 1 to 8')
            [CompletionResult]::new('--wait-timeout', '--wait-timeout', [CompletionResultType]::ParameterName, 'Give up waiting for the service to process a file after so many seconds')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'Label of these files in the history, instead of the folder''s name or the day and time')
            [CompletionResult]::new('--limit-rate', '--limit-rate', [CompletionResultType]::ParameterName, 'Use at most so many bytes a second for uploads, as 500k or 5M')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print events to standard output, one JSON object a line')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'End when the files are uploaded, without waiting until the service has processed them')
            [CompletionResult]::new('--again', '--again', [CompletionResultType]::ParameterName, 'Upload even what was uploaded before')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Upload even what is not recognised as the format that its name says')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Try it without an account: nothing leaves the computer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'mavi-uploader;key' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Read the API key from standard input, check it, and save it in the keychain')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say where the API key comes from, and its last four characters')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove the API key from the keychain')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mavi-uploader;key;set' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'mavi-uploader;key;status' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'mavi-uploader;key;remove' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'mavi-uploader;key;help' {
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Read the API key from standard input, check it, and save it in the keychain')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say where the API key comes from, and its last four characters')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove the API key from the keychain')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mavi-uploader;key;help;set' {
            break
        }
        'mavi-uploader;key;help;status' {
            break
        }
        'mavi-uploader;key;help;remove' {
            break
        }
        'mavi-uploader;key;help;help' {
            break
        }
        'mavi-uploader;check' {
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Ask about every asset of the history')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'mavi-uploader;delete' {
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Delete them; without this it is only said what would be deleted')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'mavi-uploader;history' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only what was uploaded on this day or later, as 2026-11-28')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Only what was uploaded on this day or earlier')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Only videos, audio or images')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only what the service last gave this status, or what was deleted from it')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'Only batches of this label')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Only what is of this account, by its name or the last four characters of its key')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object a line')
            [CompletionResult]::new('--csv', '--csv', [CompletionResultType]::ParameterName, 'Print CSV with a header line')
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'Print the report: one HTML page that stands alone, with pictures')
            [CompletionResult]::new('--full-paths', '--full-paths', [CompletionResultType]::ParameterName, 'Show where each file is in full in the report, not only its folder''s name')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'mavi-uploader;import' {
            [CompletionResult]::new('--no-check', '--no-check', [CompletionResultType]::ParameterName, 'Ask the service about none of them')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'mavi-uploader;sandbox' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port to listen on; 0 takes any that is free')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'mavi-uploader;help' {
            [CompletionResult]::new('upload', 'upload', [CompletionResultType]::ParameterValue, 'Upload files and folders without a window')
            [CompletionResult]::new('key', 'key', [CompletionResultType]::ParameterValue, 'Save, look up or remove the API key in the keychain of this computer')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Ask memories.ai again how assets are')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete assets from memories.ai for good')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'List what was uploaded from this computer')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Bring assets into the history from a CSV or JSON export, a ledger, or a list of IDs')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Run a server that plays the service, on this computer only, for trying out and for tests')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mavi-uploader;help;upload' {
            break
        }
        'mavi-uploader;help;key' {
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Read the API key from standard input, check it, and save it in the keychain')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say where the API key comes from, and its last four characters')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove the API key from the keychain')
            break
        }
        'mavi-uploader;help;key;set' {
            break
        }
        'mavi-uploader;help;key;status' {
            break
        }
        'mavi-uploader;help;key;remove' {
            break
        }
        'mavi-uploader;help;check' {
            break
        }
        'mavi-uploader;help;delete' {
            break
        }
        'mavi-uploader;help;history' {
            break
        }
        'mavi-uploader;help;import' {
            break
        }
        'mavi-uploader;help;sandbox' {
            break
        }
        'mavi-uploader;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
