using Bus.ScenarioTests.Deploy;
using Xunit;

namespace Bus.ScenarioTests.Docs;

[Collection(nameof(Builds))]
public sealed class When_the_tutorial_is_followed
{
    [Fact]
    public async Task Should_come_out_as_the_page_shows()
    {
        await using var reader = new TutorialReader();

        await reader.FollowAsync(TutorialPage.Read("docs/TUTORIAL.md"));
    }
}
