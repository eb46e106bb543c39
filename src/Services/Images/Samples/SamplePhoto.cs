namespace Bus.Services.Images.Samples;

/// <summary>A rendered sample.</summary>
/// <param name="Path">The file.</param>
/// <param name="Shows">What is special about it, for people: <c>turned by its EXIF orientation</c>.</param>
public sealed record SamplePhoto(string Path, string Shows);
