/// The header of a golden case: tensor names and dimensions, without the numbers.
module RobustSnn.Model.Tests.GoldenFile

open System
open System.Buffers.Binary
open System.IO
open System.Text.Json
open NUnit.Framework

type Header =
    { Architecture: string
      InputSize: int
      /// Dimensions by tensor name.
      Tensors: Map<string, int list> }

/// The repository's own cases, and those beside it.
let private folders =
    let rec root (directory: DirectoryInfo) =
        if File.Exists(Path.Combine(directory.FullName, "Hybrid.sln")) then
            directory
        else
            match directory.Parent with
            | null -> failwith "The tests do not run inside the repository: no folder above them holds Hybrid.sln."
            | parent -> root parent

    let repository = (root (DirectoryInfo TestContext.CurrentContext.TestDirectory)).FullName

    [ Path.Combine(repository, "tests", "golden")
      Path.GetFullPath(Path.Combine(repository, "..", "shared", "golden")) ]

/// Reads a safetensors header: 8 bytes of length, then JSON. Skips the test, and names the file, where neither folder has it.
let read (name: string) =
    let file = name + ".safetensors"
    let path = folders |> List.map (fun folder -> Path.Combine(folder, file)) |> List.tryFind File.Exists

    if path.IsNone then
        Assert.Ignore $"""needs the golden file {file}, which is neither in {String.Join(" nor in ", folders)}"""

    use stream = File.OpenRead path.Value
    let length = Array.zeroCreate<byte> 8
    stream.ReadExactly length
    let json = Array.zeroCreate<byte> (int (BinaryPrimitives.ReadInt64LittleEndian length))
    stream.ReadExactly json
    use document = JsonDocument.Parse(ReadOnlyMemory json)
    let metadata = document.RootElement.GetProperty "__metadata__"
    let text (key: string) = string (metadata.GetProperty(key).GetString())

    { Architecture = text "architecture"
      InputSize = int (text "input_size")
      Tensors =
        Map
            [ for entry in document.RootElement.EnumerateObject() do
                  if entry.Name <> "__metadata__" then
                      entry.Name, [ for dimension in entry.Value.GetProperty("shape").EnumerateArray() -> dimension.GetInt32() ] ] }
