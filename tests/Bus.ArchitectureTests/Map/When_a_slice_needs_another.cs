using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using Xunit;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Bus.ArchitectureTests.Map;

public sealed class When_a_slice_needs_another
{
    private static readonly Architecture Code = new ArchLoader().LoadAssemblies([.. SourceProject.All.Select(p => p.Load())]).Build();

    [Fact]
    public void Should_talk_to_services_from_sagas_in_contracts_only() => NotDepend(@"Bus\.Sagas(\..*)?", @"Bus\.Services(\..*)?");

    [Fact]
    public void Should_talk_to_sagas_from_services_in_contracts_only() => NotDepend(@"Bus\.Services(\..*)?", @"Bus\.Sagas(\..*)?");

    [Fact]
    public void Should_not_know_the_other_slices_of_its_project()
    {
        foreach (var assembly in new[] { "Bus.Services", "Bus.Sagas", "Bus.Contracts" })
        {
            var slices = Code.Types.Select(t => t.Namespace.FullName)
                .Where(n => n.StartsWith(assembly + ".", StringComparison.Ordinal))
                .Select(n => n[(assembly.Length + 1)..].Split('.')[0])
                .Distinct(StringComparer.Ordinal)
                .ToList();
            foreach (var (one, other) in slices.SelectMany(one => slices.Where(other => other != one).Select(other => (one, other))))
            {
                NotDepend($@"{assembly}\.{one}(\..*)?", $@"{assembly}\.{other}(\..*)?");
            }
        }
    }

    [Fact]
    public void Should_keep_the_database_and_the_bus_out_of_the_core() =>
        Types().That().ResideInNamespaceMatching(@"^Bus\.Core(\..*)?$")
            .Should().NotDependOnAnyTypesThat().ResideInNamespaceMatching("^(MassTransit|Microsoft.EntityFrameworkCore|Npgsql)")
            .WithoutRequiringPositiveResults().Check(Code);

    private static void NotDepend(string from, string to) =>
        Types().That().ResideInNamespaceMatching($"^{from}$")
            .Should().NotDependOnAnyTypesThat().ResideInNamespaceMatching($"^{to}$")
            .WithoutRequiringPositiveResults().Check(Code);
}
