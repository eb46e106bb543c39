using System.Collections.Concurrent;
using System.Diagnostics;
using Bus.Observability;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog.Core;
using Serilog.Events;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed partial class When_a_handler_writes_to_the_log
{
    private readonly Sink _sink = new();

    [Theory]
    [InlineData("handler")]
    [InlineData("span of its own")]
    public async Task Should_name_the_message(string from)
    {
        using var host = await StartAsync();
        var (message, correlation) = (Guid.NewGuid(), Guid.NewGuid());

        await host.Services.GetRequiredService<IBus>().Publish(new Call(from), context => (context.MessageId, context.CorrelationId) = (message, correlation));
        var entry = await _sink.NextAsync(from);

        Assert.Equal(message.ToString(), Value(entry, "MessageId"));
        Assert.Equal(correlation.ToString(), Value(entry, "CorrelationId"));
        Assert.Equal(Value(entry, "HandlerConversation"), Value(entry, "ConversationId"));
        Assert.NotNull(Value(entry, "ConversationId"));
        await host.StopAsync();
    }

    [Fact]
    public async Task Should_name_none_where_there_is_none()
    {
        using var host = await StartAsync();

        Called(host.Services.GetRequiredService<ILogger<CallConsumer>>(), "outside", null);
        var entry = await _sink.NextAsync("outside");

        Assert.DoesNotContain(entry.Properties.Keys, key => key is "MessageId" or "CorrelationId" or "ConversationId");
        await host.StopAsync();
    }

    [LoggerMessage(1, LogLevel.Warning, "Called by {From} in {HandlerConversation}.")]
    private static partial void Called(ILogger logger, string from, Guid? handlerConversation);

    private static string? Value(LogEvent entry, string property) =>
        entry.Properties.TryGetValue(property, out var value) ? ((ScalarValue)value).Value?.ToString() : null;

    private async Task<IHost> StartAsync()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Bus:Transport"] = "InMemory";
        builder.UseBusSerilog();
        builder.Services.AddSingleton<ILogEventSink>(_sink);
        builder.Services.AddBus(builder.Configuration, bus => bus.Registration.AddConsumer<CallConsumer>());
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public sealed record Call(string From);

    private sealed class Sink : ILogEventSink
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource<LogEvent>> _entries = new(StringComparer.Ordinal);

        public void Emit(LogEvent logEvent)
        {
            if (Value(logEvent, "From") is { } from)
            {
                Of(from).TrySetResult(logEvent);
            }
        }

        public Task<LogEvent> NextAsync(string from) => Of(from).Task.WaitAsync(TimeSpan.FromSeconds(20));

        private TaskCompletionSource<LogEvent> Of(string from) =>
            _entries.GetOrAdd(from, _ => new TaskCompletionSource<LogEvent>(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    private sealed class CallConsumer(ILogger<CallConsumer> logger) : IConsumer<Call>
    {
        public Task Consume(ConsumeContext<Call> context)
        {
            using var own = context.Message.From == "handler" ? null : new Activity("own").Start();
            Called(logger, context.Message.From, context.ConversationId);
            return Task.CompletedTask;
        }
    }
}
