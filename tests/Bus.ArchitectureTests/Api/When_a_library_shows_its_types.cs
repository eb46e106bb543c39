using Bus.ArchitectureTests.Map;
using PublicApiGenerator;
using Xunit;

namespace Bus.ArchitectureTests.Api;

public sealed class When_a_library_shows_its_types
{
    private static readonly ApiGeneratorOptions Options = new() { IncludeAssemblyAttributes = false };

    public static TheoryData<string> Libraries { get; } = [.. SourceProject.Libraries.Select(p => p.Assembly)];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Should_change_what_users_compile_against_only_on_purpose(string assembly) =>
        Approved.Verify(assembly, SourceProject.Libraries.Single(p => p.Assembly == assembly).Load().GeneratePublicApi(Options));
}
