using Bus.Services.Images.Http;
using Bus.Services.Images.Samples;

namespace Bus.Host.Demo;

/// <summary>How one photo fared.</summary>
/// <param name="Sample">The photo.</param>
/// <param name="View">What was last heard of it; null before anything was.</param>
/// <param name="Result">The size in pixels of what came out, and its bytes; null if nothing did.</param>
/// <param name="Wrong">What is wrong; null if nothing is.</param>
internal sealed record DemoOutcome(SamplePhoto Sample, ImageView? View, DemoResult? Result, string? Wrong)
{
    public string Name => Path.GetFileName(Sample.Path);

    public bool IsRight => Wrong is null && Result is not null;
}

/// <summary>What came out.</summary>
internal sealed record DemoResult(int Width, int Height, long Bytes);
