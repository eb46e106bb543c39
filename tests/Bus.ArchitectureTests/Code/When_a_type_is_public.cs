using Bus.ArchitectureTests.Map;
using Xunit;

namespace Bus.ArchitectureTests.Code;

public sealed class When_a_type_is_public
{
    // Full name of a class that is open without being abstract, with the reason.
    private static readonly Dictionary<string, string> OpenForAReason = new(StringComparer.Ordinal);

    [Fact]
    public void Should_be_sealed_unless_made_for_inheritance() =>
        Violations.None(
            from project in SourceProject.All
            from type in project.Load().GetExportedTypes()
            where type.IsClass && !type.IsSealed && !type.IsAbstract && !OpenForAReason.ContainsKey(type.FullName!)
            select $"{type.FullName}: seal it, make it abstract, or add it to {nameof(OpenForAReason)} with the reason");

    [Fact]
    public void Should_be_a_record_or_a_list_of_names_in_contracts() =>
        Violations.None(
            from type in SourceProject.All.Single(p => p.Assembly == "Bus.Contracts").Load().GetExportedTypes()
            let isRecord = type.GetMethod("<Clone>$") is not null || type.IsValueType
            let isStatic = type.IsAbstract && type.IsSealed
            where !isRecord && !isStatic && !type.IsEnum && !type.IsInterface
            select $"{type.FullName}: a message is a sealed record");
}
