namespace RobustSnn.Model

/// Suggestions for words that a user mistyped.
module Spelling =
    /// The fewest slips of the hand that turn one word into the other: insertions, deletions and replacements of single characters, and
    /// swaps of neighbours (optimal string alignment; Damerau 1964). A swap counts once, not as two replacements.
    let distance (left: string) (right: string) : int =
        let table = Array2D.init (left.Length + 1) (right.Length + 1) (fun i j -> max i j)

        for i in 1 .. left.Length do
            for j in 1 .. right.Length do
                let replaced = table[i - 1, j - 1] + (if left[i - 1] = right[j - 1] then 0 else 1)
                let nearest = min replaced (1 + min table[i - 1, j] table[i, j - 1])
                let swapped = i > 1 && j > 1 && left[i - 1] = right[j - 2] && left[i - 2] = right[j - 1]
                table[i, j] <- if swapped then min nearest (1 + table[i - 2, j - 2]) else nearest

        table[left.Length, right.Length]

    /// The known words nearest to the mistyped one, nearest first, three at most.
    let nearest (known: string seq) (mistyped: string) : string list =
        let lower (word: string) = word.ToLowerInvariant()

        known
        |> Seq.sortBy (fun word -> distance (lower mistyped) (lower word))
        |> Seq.truncate 3
        |> List.ofSeq
