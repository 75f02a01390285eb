# Completes arguments of rsnn in bash: source <(rsnn completion bash), in ~/.bashrc for every shell. Where the program knows no names, files are offered.
_rsnn() {
    local before="${COMP_LINE:0:COMP_POINT}"
    local arguments="${before#*[[:space:]]}" word="${COMP_WORDS[COMP_CWORD]}" names
    names="$("${1/#\~/$HOME}" "[suggest:${#arguments}]" "$arguments" 2>/dev/null)"
    # Options only where one has been begun: else they would stand in the way of files.
    [[ $word == -* ]] || names="$(grep -v '^[-/]' <<< "$names")"
    local IFS=$'\n'
    COMPREPLY=($(compgen -W "$names" -- "$word"))
    # KEY= is to be followed by a value, not by a space.
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace
    fi
}
complete -o bashdefault -o default -F _rsnn rsnn
