using Bus.ContractTests.Transports;
using Bus.ContractTests.Transports.UnderTest;
using Bus.SqliteTransport;
using Bus.TestSupport;
using MassTransit;
using MassTransit.DependencyInjection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Bus.ContractTests.Queues;

public interface ISecondBus : IBus;

public sealed class When_a_process_has_two_buses : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Arrivals<string> _seen = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("queues.db")]
    [InlineData("others.db")]
    public async Task Should_run_each_on_the_file_that_it_was_given(string second)
    {
        using var host = await StartAsync(_folder["queues.db"], _folder[second]);
        var isOneFile = second == "queues.db";

        await host.Services.GetRequiredService<IBus>().Publish(new Happening(1));
        await host.Services.GetRequiredService<ISecondBus>().Publish(new Happening(2));

        // On one file both are subscribed to the same topic.
        string[] expected = isOneFile ? ["first 1", "first 2", "second 1", "second 2"] : ["first 1", "second 2"];
        Assert.Equal(expected, (await _seen.WaitAsync(expected.Length)).Order());
        await host.StopAsync();
        Assert.Equal(expected.Length, _seen.All.Count);
    }

    [Fact]
    public async Task Should_give_each_its_own_answers_and_schedules()
    {
        using var host = await StartAsync(_folder["queues.db"], _folder["others.db"]);
        await using var scope = host.Services.CreateAsyncScope();

        var (first, second) = (host.Services.GetRequiredService<IBus>(), host.Services.GetRequiredService<ISecondBus>());
        Assert.Equal(11, (await first.CreateRequestClient<Question>(new Uri("queue:first")).GetResponse<Answer>(new Question(1))).Message.Number);
        Assert.Equal(21, (await second.CreateRequestClient<Question>(new Uri("queue:second")).GetResponse<Answer>(new Question(1))).Message.Number);

        var due = DateTimeOffset.UnixEpoch.UtcDateTime;
        await scope.ServiceProvider.GetRequiredService<IMessageScheduler>().ScheduleSend(new Uri("queue:first"), due, new Happening(3));
        await scope.ServiceProvider.GetRequiredService<Bind<ISecondBus, IMessageScheduler>>().Value.ScheduleSend(new Uri("queue:second"), due, new Happening(4));
        Assert.Equal(["first 3", "second 4"], (await _seen.WaitAsync(2)).Order());
        await host.StopAsync();
    }

    private async Task<IHost> StartAsync(string first, string second)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        builder.Services.AddMassTransit(x => x.UsingSqlite((_, bus) => Configure(bus, first, "first", 10)));
        builder.Services.AddMassTransit<ISecondBus>(x => x.UsingSqlite((_, bus) => Configure(bus, second, "second", 20)));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private void Configure(ISqliteBusFactoryConfigurator bus, string file, string queue, int tens)
    {
        bus.Host(file);
        bus.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.Handler<Happening>(context =>
            {
                _seen.Add($"{queue} {context.Message.Number}");
                return Task.CompletedTask;
            });
            endpoint.Handler<Question>(context => context.RespondAsync(new Answer(context.Message.Number + tens)));
        });
    }
}
