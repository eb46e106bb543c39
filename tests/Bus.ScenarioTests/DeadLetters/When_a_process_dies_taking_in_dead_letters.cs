using System.Globalization;
using Bus.Core.Faults;
using Bus.TestSupport;
using RabbitMQ.Client;
using Xunit;

namespace Bus.ScenarioTests.DeadLetters;

/// <summary>One process takes messages out of an error queue and dies, as by <c>kill -9</c>, when a letter is committed and its message not yet acknowledged; another does the rest.</summary>
public sealed class When_a_process_dies_taking_in_dead_letters
{
    private const int Messages = 100;
    private const string Queue = "billing_error";

    [Theory]
    [InlineData(FaultPoints.BeforeLetterAcknowledge, 1)]
    [InlineData(FaultPoints.BeforeLetterAcknowledge, 30)]
    public async Task Should_keep_one_letter_of_each_on_RabbitMq_and_PostgreSql(string point, int times)
    {
        await using var broker = await TestRabbitMq.CreateVirtualHostAsync();
        await using var database = await TestPostgres.CreateDatabaseAsync();
        string[] settings =
        [
            LetterWorker.Command, "--Bus:Transport=RabbitMq", $"--ConnectionStrings:RabbitMq={broker.Uri}", "--Bus:Database=PostgreSql", $"--ConnectionStrings:Bus={database.ConnectionString}", "--Bus:DeadLetters:Ingest:0=billing",
        ];
        await using (var creates = Start("--Create=true"))
            Assert.Equal(0, await creates.WaitForExitAsync(TimeSpan.FromMinutes(1)));
        await FillAsync(broker.Uri);

        await using (var first = Start(fault: $"{point}:{times}"))
            Assert.Equal(137, await first.WaitForExitAsync(TimeSpan.FromMinutes(1)));
        var stored = await CountAsync("*");
        // The broker notices at once that the connection is gone, and takes a moment to put back what was delivered by it.
        await Eventually.AssertAsync(async () => (await broker.QueueDepthsAsync())[Queue] > Messages - stored, TimeSpan.FromMinutes(1), () => $"None of the {stored} letters is still in its queue.");

        await using var second = Start();
        await Eventually.AssertAsync(async () => (await broker.QueueDepthsAsync())[Queue] == 0, TimeSpan.FromMinutes(1), () => string.Join('\n', second.Lines.TakeLast(20)));
        Assert.Equal((Messages, Messages), (await CountAsync("*"), await CountAsync("DISTINCT message_id")));

        ChildProcess Start(string? more = null, string? fault = null) => ChildProcess.StartDotnet(
            typeof(LetterWorker).Assembly.Location, more is null ? settings : [.. settings, more], fault is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { [FaultPoint.Variable] = fault });

        async Task<int> CountAsync(string what) => int.Parse(await database.QueryAsync<string>($"SELECT count({what}) || '' FROM bus_dead_letter") ?? "0", CultureInfo.InvariantCulture);
    }

    private static async Task FillAsync(Uri broker)
    {
        // A broker that blocks its publishers lets them wait for ever.
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        var factory = new ConnectionFactory { Uri = broker };
        await using var connection = await factory.CreateConnectionAsync(limit.Token);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), limit.Token);
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: limit.Token);
        for (var number = 0; number < Messages; number++)
            await channel.BasicPublishAsync("", Queue, mandatory: true, new BasicProperties { MessageId = $"{number}", Persistent = true }, "{}"u8.ToArray(), limit.Token);
    }
}
