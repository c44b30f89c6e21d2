# Completions of vmedia for bash. The program says what may stand at the cursor, and bash completes paths itself.

_vmedia() {
    local word index prefix="" is_joined="" paths="" is_first=1
    local -a words=()
    COMPREPLY=()
    # Bash takes --only=image apart into three words, and completes what follows the sign.
    for ((index = 0; index <= COMP_CWORD; index++)); do
        word="${COMP_WORDS[index]}"
        if [[ $index -gt 0 && $word =~ ^[=:]+$ ]]; then
            words[${#words[@]} - 1]+="$word"
            prefix="${words[${#words[@]} - 1]}"
            is_joined=1
            continue
        fi
        # The word ends at the cursor.
        [[ $index -lt $COMP_CWORD || ${BASH_VERSINFO[0]} -lt 4 ]] || word="$2"
        if [[ -n $is_joined ]]; then
            words[${#words[@]} - 1]+="$word"
        else
            words+=("$word")
            prefix=""
        fi
        is_joined=""
    done
    while IFS= read -r word; do
        if [[ -n $is_first ]]; then
            paths="$word"
            is_first=""
        else
            COMPREPLY+=("${word#"$prefix"}")
        fi
    done < <(command vmedia __complete bash -- "${words[@]}" 2> /dev/null)
    # Bash before version 4 cannot be configured for each word.
    [[ ${BASH_VERSINFO[0]} -ge 4 ]] || return 0
    case "$paths" in
        files | commands) compopt -o default ;;
        folders) compopt -o plusdirs ;;
    esac
}

complete -o nosort -F _vmedia vmedia 2> /dev/null || complete -F _vmedia vmedia
