# Completes arguments of rsnn in fish: rsnn completion fish | source, in ~/.config/fish/config.fish for every shell. Files are offered, too.
function __rsnn_complete
    set -l arguments (string replace --regex '^\s*\S+\s' '' -- (commandline --current-process --cut-at-cursor))
    set -l program (commandline --current-process --tokenize)[1]
    set -l names ($program "[suggest:"(string length -- "$arguments")"]" "$arguments" 2>/dev/null)
    # Options only where one has been begun: else they would stand in the way of files.
    if string match --quiet -- '-*' (commandline --current-token)
        string match -- '-*' $names
    else
        string match --invert --regex '^[-/]' -- $names
    end
end
complete --command rsnn --arguments '(__rsnn_complete)'
