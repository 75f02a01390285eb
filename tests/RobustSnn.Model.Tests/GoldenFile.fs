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

let private folder =
    let rec root (directory: DirectoryInfo) =
        if File.Exists(Path.Combine(directory.FullName, "Hybrid.sln")) then
            directory
        else
            match directory.Parent with
            | null -> failwith "The tests do not run inside the repository: no folder above them holds Hybrid.sln."
            | parent -> root parent

    let repository = root (DirectoryInfo TestContext.CurrentContext.TestDirectory)
    Path.GetFullPath(Path.Combine(repository.FullName, "..", "shared", "golden"))

/// Reads a safetensors header: 8 bytes of length, then JSON. Skips the test where there are no golden cases on this machine.
let read (name: string) =
    if not (Directory.Exists folder) then
        Assert.Ignore $"The golden cases are not at {folder}."

    use stream = File.OpenRead(Path.Combine(folder, name + ".safetensors"))
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
