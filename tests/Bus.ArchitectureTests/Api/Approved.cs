using Bus.TestSupport;
using Xunit;

namespace Bus.ArchitectureTests.Api;

/// <summary>Texts that change only on purpose: each is a file beside this one, rewritten when <c>BUS_APPROVE=1</c> is set.</summary>
internal static class Approved
{
    public static void Verify(string name, string actual)
    {
        var file = Path.Combine(Repository.Root, "tests", "Bus.ArchitectureTests", "Api", name + ".txt");
        actual = actual.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("BUS_APPROVE") == "1")
        {
            File.WriteAllText(file, actual);
            return;
        }

        var approved = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        if (actual != approved)
        {
            Assert.Fail($"{name} is not what was approved. If the change is meant, run\n  BUS_APPROVE=1 dotnet run --project tests/Bus.ArchitectureTests\nread the difference of Api/{name}.txt, and commit it.\n{Difference(approved, actual)}");
        }
    }

    private static string Difference(string approved, string actual)
    {
        string[] before = approved.Split('\n'), after = actual.Split('\n');
        return string.Join('\n', before.Except(after).Select(l => "- " + l).Concat(after.Except(before).Select(l => "+ " + l)).Take(40));
    }
}
