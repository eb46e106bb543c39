using Bus.Sagas.Images;
using Bus.Sagas.Orders;
using Bus.Sagas.Pictures;
using MassTransit;
using Microsoft.Extensions.Options;
using Xunit;

namespace Bus.UnitTests.Sagas;

public class When_the_picture_is_drawn
{
    [Fact]
    public Task Should_be_the_one_in_the_docs() => CompareAsync("docs/sagas/image-pipeline.md", new ImageSaga(Options.Create(new ImagePlan()), TimeProvider.System));

    [Fact]
    public Task Should_be_the_one_in_the_docs_of_orders() => CompareAsync("docs/sagas/order.md", new OrderSaga(Options.Create(new OrderPlan()), TimeProvider.System));

    private static async Task CompareAsync<TState>(string file, StateMachine<TState> machine)
        where TState : class, SagaStateMachineInstance
    {
        var document = await File.ReadAllTextAsync(Approved.Path(file));
        var start = document.IndexOf("```mermaid\n", StringComparison.Ordinal) + "```mermaid\n".Length;
        var end = document.IndexOf("```\n<!-- end of picture -->", StringComparison.Ordinal);

        await Approved.MatchAsync(file, document[..start] + StateMachinePicture.Mermaid(machine) + document[end..]);
    }
}
