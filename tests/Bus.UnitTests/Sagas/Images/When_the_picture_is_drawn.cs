using Bus.Sagas.Images;
using Bus.Sagas.Pictures;
using Microsoft.Extensions.Options;
using Xunit;

namespace Bus.UnitTests.Sagas.Images;

public class When_the_picture_is_drawn
{
    private const string Document = "docs/sagas/image-pipeline.md";

    [Fact]
    public async Task Should_be_the_one_in_the_docs()
    {
        var machine = new ImageSaga(Options.Create(new ImagePlan()), TimeProvider.System);
        var document = await File.ReadAllTextAsync(Approved.Path(Document));
        var start = document.IndexOf("```mermaid\n", StringComparison.Ordinal) + "```mermaid\n".Length;
        var end = document.IndexOf("```\n<!-- end of picture -->", StringComparison.Ordinal);

        await Approved.MatchAsync(Document, document[..start] + StateMachinePicture.Mermaid(machine) + document[end..]);
    }
}
