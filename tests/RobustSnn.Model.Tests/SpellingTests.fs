module RobustSnn.Model.Tests.SpellingTests

open NUnit.Framework
open RobustSnn.Model
open RobustSnn.Model.Tests.Samples

[<TestCase("epochs", "epochs")>]
[<TestCase("epoch", "epochs")>]
[<TestCase("eopchs", "epochs")>]
[<TestCase("EPOCHS", "epochs")>]
[<TestCase("learningrate", "learning rate")>]
[<TestCase("leaening rat", "learning rate")>]
[<TestCase("", "leak")>]
let ``finds the nearest word`` (mistyped: string, expected: string) =
    (Spelling.nearest [ "batch"; "learning rate"; "epochs"; "leak" ] mistyped).Head |> shouldEqual expected

[<Test>]
let ``gives three words, nearest first`` () =
    Spelling.nearest [ "d"; "abc"; "ab"; "abcdef" ] "abc" |> shouldEqual [ "abc"; "ab"; "d" ]

[<Test>]
let ``gives nothing where nothing is known`` () =
    Assert.That(Spelling.nearest [] "abc", Is.Empty)
