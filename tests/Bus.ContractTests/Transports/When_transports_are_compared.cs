using Bus.ContractTests.Transports.UnderTest;
using Bus.TestSupport;
using Xunit;

namespace Bus.ContractTests.Transports;

public sealed class When_transports_are_compared
{
    [Fact]
    public void Should_show_the_table_that_the_tests_run_by()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "TRANSPORTS.md"));

        var table = TransportFeatures.ToMarkdown();
        Assert.True(page.Contains($"\n\n{table}", StringComparison.Ordinal), $"docs/TRANSPORTS.md must hold this table:\n{table}");
    }

    [Fact]
    public void Should_describe_each_feature_once() => Assert.Equal(Enum.GetValues<TransportFeature>(), TransportFeatures.Described);
}
