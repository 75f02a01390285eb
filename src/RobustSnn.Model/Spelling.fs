namespace RobustSnn.Model

/// Suggestions for words that a user mistyped.
module Spelling =
    /// Levenshtein distance: the fewest insertions, deletions and replacements of single characters that turn one word into the other.
    let distance (left: string) (right: string) : int =
        let row above (letter: char) =
            List.zip3 (List.truncate right.Length above) above.Tail (List.ofSeq right)
            |> List.scan
                (fun before (diagonal, up, other) -> min (min before up + 1) (diagonal + if letter = other then 0 else 1))
                (above.Head + 1)

        left |> Seq.fold row [ 0 .. right.Length ] |> List.last

    /// The known words nearest to the mistyped one, nearest first, three at most.
    let nearest (known: string seq) (mistyped: string) : string list =
        let lower (word: string) = word.ToLowerInvariant()

        known
        |> Seq.sortBy (fun word -> distance (lower mistyped) (lower word))
        |> Seq.truncate 3
        |> List.ofSeq
