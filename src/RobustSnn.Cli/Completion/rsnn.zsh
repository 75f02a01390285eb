#compdef rsnn
# Completes arguments of rsnn in zsh: source <(rsnn completion zsh), in ~/.zshrc behind compinit. Where the program knows no names, files are offered.
_rsnn() {
    local arguments="${BUFFER[1,CURSOR]#*[[:space:]]}"
    local -a found
    found=("${(@f)$("${(Q)words[1]/#\~/$HOME}" "[suggest:${#arguments}]" "$arguments" 2>/dev/null)}")
    found=(${found:#})
    # Options only where one has been begun: else they would stand in the way of files.
    [[ $PREFIX == -* ]] || found=(${found:#[-/]*})
    if (( ${#found} )) && compadd -- "${found[@]}"; then
        return 0
    fi
    _files
}
compdef _rsnn rsnn
