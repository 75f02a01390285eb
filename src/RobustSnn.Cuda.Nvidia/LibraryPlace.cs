namespace RobustSnn.Cuda.Nvidia;

/// <summary>A folder in which libraries are looked for, or, without a folder, where the system's loader looks.</summary>
/// <param name="Major">The version of CUDA that the folder is of, where its name says it.</param>
internal readonly record struct LibraryPlace(string? Folder, int? Major = null);
