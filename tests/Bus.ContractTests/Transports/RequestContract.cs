using Bus.ContractTests.Transports.UnderTest;
using MassTransit;
using Xunit;

namespace Bus.ContractTests.Transports;

public abstract class RequestContract<TTransport> : TransportContract<TTransport>
    where TTransport : TransportUnderTest, new()
{
    private static readonly MessageHandler<Question> Reply = context => context.RespondAsync(new Answer(context.Message.Number * 2));

    private static readonly MessageHandler<Question> Fail = _ => throw new InvalidOperationException("no answer");

    [Fact]
    public async Task Should_bring_each_answer_to_its_question()
    {
        var node = await StartAsync(setup => setup.Queue("questions", Reply));
        var client = node.CreateRequests<Question>("questions");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => client.GetResponse<Answer>(new Question(n))));

        Assert.Equal(Enumerable.Range(0, 20).Select(n => n * 2), answers.Select(a => a.Message.Number));
    }

    [Fact]
    public async Task Should_bring_an_answer_to_the_node_that_asked()
    {
        Needs(TransportFeature.SeveralNodes);
        await StartAsync(setup => setup.Queue("questions", Reply));
        var first = await StartAsync();
        var second = await StartAsync();

        var answers = await Task.WhenAll(new[] { first, second, first }.Select((node, n) => node.CreateRequests<Question>("questions").GetResponse<Answer>(new Question(n))));

        Assert.Equal([0, 2, 4], answers.Select(a => a.Message.Number));
    }

    [Fact]
    public async Task Should_end_the_wait_for_an_answer_in_time()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var node = await StartAsync(setup => setup.Queue<Question>("questions", async context =>
        {
            if (context.Message.Number == 1)
            {
                asked.SetResult();
                await answer.Task.InTimeAsync();
            }

            await Reply(context);
        }));

        await Assert.ThrowsAsync<RequestTimeoutException>(() => node.CreateRequests<Question>("questions", TimeSpan.FromMilliseconds(1500)).GetResponse<Answer>(new Question(1)));
        await asked.Task.InTimeAsync();
        answer.SetResult();

        // The answer that comes too late disturbs no other.
        var next = await node.CreateRequests<Question>("questions").GetResponse<Answer>(new Question(2));
        Assert.Equal(4, next.Message.Number);
    }

    [Fact]
    public async Task Should_bring_a_fault_to_who_asked()
    {
        var node = await StartAsync(setup => setup.Queue("questions", Fail));

        var fault = await Assert.ThrowsAsync<RequestFaultException>(() => node.CreateRequests<Question>("questions").GetResponse<Answer>(new Question(1)));

        Assert.Equal("no answer", Assert.Single(fault.Fault!.Exceptions).Message);
    }

    [Fact]
    public async Task Should_publish_a_fault_that_nobody_waits_for()
    {
        var faults = new Arrivals<Fault<Question>>();
        var node = await StartAsync(setup => setup.Queue("questions", Fail).Queue<Fault<Question>>("faults", context =>
        {
            faults.Add(context.Message);
            return Task.CompletedTask;
        }));

        await node.SendAsync("questions", new Question(7));

        var fault = Assert.Single(await faults.WaitAsync(1));
        Assert.Equal(7, fault.Message.Number);
        Assert.Equal("no answer", Assert.Single(fault.Exceptions).Message);
    }
}
