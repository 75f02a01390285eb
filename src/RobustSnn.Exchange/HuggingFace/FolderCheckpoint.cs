using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Exchange.HuggingFace;

/// <summary>A checkpoint that was read from a folder. The model is the caller's to dispose.</summary>
/// <param name="Loaded">What it gives.</param>
/// <param name="File">Its tensors and metadata, as a checkpoint has them.</param>
public sealed record FolderCheckpoint(LoadedModel Loaded, TensorFile File)
{
    /// <summary>Writes the checkpoint: to the byte the one that the folder was made of, where that was a run's.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void Save(string path) => Safetensors.Write(path, File.Tensors, File.Metadata);
}
