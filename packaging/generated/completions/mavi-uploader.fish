# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_mavi_uploader_global_optspecs
    string join \n sandbox h/help V/version
end

function __fish_mavi_uploader_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_mavi_uploader_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_mavi_uploader_using_subcommand
    set -l cmd (__fish_mavi_uploader_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c mavi-uploader -n "__fish_mavi_uploader_needs_command" -l sandbox -d 'Try it without an account: the service is played in this program, and nothing leaves the computer'
complete -c mavi-uploader -n "__fish_mavi_uploader_needs_command" -s h -l help -d 'Print help'
complete -c mavi-uploader -n "__fish_mavi_uploader_needs_command" -s V -l version -d 'Print version'
complete -c mavi-uploader -n "__fish_mavi_uploader_needs_command" -a "upload" -d 'Upload files and folders without a window'
complete -c mavi-uploader -n "__fish_mavi_uploader_needs_command" -a "key" -d 'Save, look up or remove the API key in the keychain of this computer'
complete -c mavi-uploader -n "__fish_mavi_uploader_needs_command" -a "check" -d 'Ask memories.ai again how assets are'
complete -c mavi-uploader -n "__fish_mavi_uploader_needs_command" -a "delete" -d 'Delete assets from memories.ai for good'
complete -c mavi-uploader -n "__fish_mavi_uploader_needs_command" -a "history" -d 'List what was uploaded from this computer'
complete -c mavi-uploader -n "__fish_mavi_uploader_needs_command" -a "import" -d 'Bring assets into the history from a CSV or JSON export, a ledger, or a list of IDs'
complete -c mavi-uploader -n "__fish_mavi_uploader_needs_command" -a "sandbox" -d 'Run a server that plays the service, on this computer only, for trying out and for tests'
complete -c mavi-uploader -n "__fish_mavi_uploader_needs_command" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand upload" -l jobs -d 'Files to upload at a time, 1 to 8' -r
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand upload" -l wait-timeout -d 'Give up waiting for the service to process a file after so many seconds' -r
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand upload" -l label -d 'Label of these files in the history, instead of the folder\'s name or the day and time' -r
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand upload" -l limit-rate -d 'Use at most so many bytes a second for uploads, as 500k or 5M' -r
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand upload" -l json -d 'Print events to standard output, one JSON object a line'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand upload" -l no-wait -d 'End when the files are uploaded, without waiting until the service has processed them'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand upload" -l again -d 'Upload even what was uploaded before'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand upload" -l force -d 'Upload even what is not recognised as the format that its name says'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand upload" -l sandbox -d 'Try it without an account: nothing leaves the computer'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand upload" -s h -l help -d 'Print help'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand key; and not __fish_seen_subcommand_from set status remove help" -s h -l help -d 'Print help'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand key; and not __fish_seen_subcommand_from set status remove help" -f -a "set" -d 'Read the API key from standard input, check it, and save it in the keychain'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand key; and not __fish_seen_subcommand_from set status remove help" -f -a "status" -d 'Say where the API key comes from, and its last four characters'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand key; and not __fish_seen_subcommand_from set status remove help" -f -a "remove" -d 'Remove the API key from the keychain'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand key; and not __fish_seen_subcommand_from set status remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand key; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand key; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand key; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand key; and __fish_seen_subcommand_from help" -f -a "set" -d 'Read the API key from standard input, check it, and save it in the keychain'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand key; and __fish_seen_subcommand_from help" -f -a "status" -d 'Say where the API key comes from, and its last four characters'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand key; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove the API key from the keychain'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand key; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand check" -l all -d 'Ask about every asset of the history'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand check" -s h -l help -d 'Print help'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand delete" -l yes -d 'Delete them; without this it is only said what would be deleted'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand delete" -s h -l help -d 'Print help'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand history" -l since -d 'Only what was uploaded on this day or later, as 2026-11-28' -r
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand history" -l until -d 'Only what was uploaded on this day or earlier' -r
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand history" -l kind -d 'Only videos, audio or images' -r -f -a "video\t''
audio\t''
image\t''"
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand history" -l status -d 'Only what the service last gave this status, or what was deleted from it' -r -f -a "SUCCESS\t''
WAITING\t''
UPLOADING\t''
FAILED\t''
OTHER\t''
deleted\t''"
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand history" -l label -d 'Only batches of this label' -r
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand history" -l account -d 'Only what is of this account, by its name or the last four characters of its key' -r
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand history" -l json -d 'Print one JSON object a line'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand history" -l csv -d 'Print CSV with a header line'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand history" -l html -d 'Print the report: one HTML page that stands alone, with pictures'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand history" -l full-paths -d 'Show where each file is in full in the report, not only its folder\'s name'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand history" -s h -l help -d 'Print help'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand import" -l no-check -d 'Ask the service about none of them'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand import" -s h -l help -d 'Print help'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand sandbox" -l port -d 'Port to listen on; 0 takes any that is free' -r
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand sandbox" -s h -l help -d 'Print help'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand help; and not __fish_seen_subcommand_from upload key check delete history import sandbox help" -f -a "upload" -d 'Upload files and folders without a window'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand help; and not __fish_seen_subcommand_from upload key check delete history import sandbox help" -f -a "key" -d 'Save, look up or remove the API key in the keychain of this computer'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand help; and not __fish_seen_subcommand_from upload key check delete history import sandbox help" -f -a "check" -d 'Ask memories.ai again how assets are'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand help; and not __fish_seen_subcommand_from upload key check delete history import sandbox help" -f -a "delete" -d 'Delete assets from memories.ai for good'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand help; and not __fish_seen_subcommand_from upload key check delete history import sandbox help" -f -a "history" -d 'List what was uploaded from this computer'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand help; and not __fish_seen_subcommand_from upload key check delete history import sandbox help" -f -a "import" -d 'Bring assets into the history from a CSV or JSON export, a ledger, or a list of IDs'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand help; and not __fish_seen_subcommand_from upload key check delete history import sandbox help" -f -a "sandbox" -d 'Run a server that plays the service, on this computer only, for trying out and for tests'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand help; and not __fish_seen_subcommand_from upload key check delete history import sandbox help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand help; and __fish_seen_subcommand_from key" -f -a "set" -d 'Read the API key from standard input, check it, and save it in the keychain'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand help; and __fish_seen_subcommand_from key" -f -a "status" -d 'Say where the API key comes from, and its last four characters'
complete -c mavi-uploader -n "__fish_mavi_uploader_using_subcommand help; and __fish_seen_subcommand_from key" -f -a "remove" -d 'Remove the API key from the keychain'
