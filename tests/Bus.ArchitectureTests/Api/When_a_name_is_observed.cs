using System.Reflection;
using Bus.ArchitectureTests.Map;
using Bus.TestSupport;
using Xunit;

namespace Bus.ArchitectureTests.Api;

/// <summary>Names of metrics, spans, tags and events are what dashboards and alerts are built on: an API like any other.</summary>
public sealed class When_a_name_is_observed
{
    private static readonly string[] Names =
    [
        .. from type in SourceProject.All.SelectMany(p => p.Load().GetTypes())
           where type.Name == "TelemetryNames" || type.DeclaringType?.Name == "TelemetryNames"
           from field in type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
           where field.IsLiteral && field.FieldType == typeof(string)
           orderby type.FullName, field.Name
           select (string)field.GetRawConstantValue()!,
    ];

    [Fact]
    public void Should_change_it_only_on_purpose() => Approved.Verify("telemetry-names", string.Join('\n', Names.Order(StringComparer.Ordinal)));

    [Fact]
    public void Should_be_documented()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "TELEMETRY.md"));
        Violations.None(Names.Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal)).Select(name => $"docs/TELEMETRY.md says nothing of `{name}`"));
    }
}
