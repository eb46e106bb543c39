using Xunit;

namespace Bus.ArchitectureTests;

/// <summary>Fails with every line in full, where xUnit's own <c>Assert.Empty</c> cuts them short.</summary>
internal static class Violations
{
    public static void None(IEnumerable<string> found)
    {
        var lines = found.ToList();
        Assert.True(lines.Count == 0, string.Join('\n', lines));
    }
}
