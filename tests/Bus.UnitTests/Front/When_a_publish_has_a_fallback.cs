using System.Collections.Concurrent;
using Bus.Fallback;
using MassTransit;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed class When_a_publish_has_a_fallback
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private readonly ConcurrentQueue<Alarm> _fellBack = new();
    private readonly Alarm _alarm = new("fire");

    [Fact]
    public async Task Should_only_publish_while_the_broker_takes_it()
    {
        var endpoint = new Endpoint((_, _) => Task.CompletedTask);

        Assert.True(await endpoint.PublishOrElse(_alarm, FallBack, Long));

        Assert.Same(_alarm, Assert.Single(endpoint.Published));
        Assert.Empty(_fellBack);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_fall_back_when_the_broker_refuses(bool atOnce)
    {
        var endpoint = new Endpoint((_, _) => atOnce ? throw new InvalidOperationException("closed") : Task.FromException(new InvalidOperationException("closed")));

        Assert.False(await endpoint.PublishOrElse(_alarm, FallBack, Long));

        Assert.Same(_alarm, Assert.Single(_fellBack));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_fall_back_when_the_broker_takes_too_long(bool looksAtItsToken)
    {
        var never = new TaskCompletionSource();
        var endpoint = new Endpoint((_, token) => looksAtItsToken ? never.Task.WaitAsync(token) : never.Task);

        Assert.False(await endpoint.PublishOrElse(_alarm, FallBack, TimeSpan.FromMilliseconds(20)));

        Assert.Same(_alarm, Assert.Single(_fellBack));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_do_neither_once_the_caller_has_cancelled(bool looksAtItsToken)
    {
        using var caller = new CancellationTokenSource();
        var never = new TaskCompletionSource();
        var endpoint = new Endpoint((_, token) => looksAtItsToken ? never.Task.WaitAsync(token) : never.Task);

        var publishing = endpoint.PublishOrElse(_alarm, FallBack, Long, caller.Token);
        await caller.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publishing);
        Assert.Equal(caller.Token, cancelled.CancellationToken);
        Assert.Empty(_fellBack);
    }

    [Fact]
    public async Task Should_tell_a_caller_that_cancelled_so_whatever_the_broker_said()
    {
        using var caller = new CancellationTokenSource();
        var endpoint = new Endpoint(async (_, _) =>
        {
            await caller.CancelAsync();
            throw new InvalidOperationException("closed");
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endpoint.PublishOrElse(_alarm, FallBack, Long, caller.Token));
        Assert.Empty(_fellBack);
    }

    [Fact]
    public async Task Should_not_publish_for_a_caller_that_cancelled_before()
    {
        var endpoint = new Endpoint((_, _) => Task.CompletedTask);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endpoint.PublishOrElse(_alarm, FallBack, Long, new CancellationToken(canceled: true)));

        Assert.Empty(endpoint.Published);
        Assert.Empty(_fellBack);
    }

    [Fact]
    public async Task Should_let_the_error_of_the_fallback_through()
    {
        var endpoint = new Endpoint((_, _) => throw new InvalidOperationException("closed"));

        var error = await Assert.ThrowsAsync<FormatException>(() => endpoint.PublishOrElse(_alarm, (_, _) => throw new FormatException("no disk"), Long));

        Assert.Equal("no disk", error.Message);
    }

    [Fact]
    public async Task Should_hand_the_caller_s_token_to_the_fallback()
    {
        using var caller = new CancellationTokenSource();
        var endpoint = new Endpoint((_, _) => throw new InvalidOperationException("closed"));
        var seen = CancellationToken.None;

        await endpoint.PublishOrElse(_alarm, (_, token) => { seen = token; return Task.CompletedTask; }, Long, caller.Token);

        Assert.Equal(caller.Token, seen);
    }

    [Fact]
    public async Task Should_refuse_what_is_a_mistake_of_the_caller()
    {
        var endpoint = new Endpoint((_, _) => Task.CompletedTask);

        await Assert.ThrowsAsync<ArgumentNullException>(() => endpoint.PublishOrElse<Alarm>(null!, FallBack, Long));
        await Assert.ThrowsAsync<ArgumentNullException>(() => ((IPublishEndpoint)null!).PublishOrElse(_alarm, FallBack, Long));
        await Assert.ThrowsAsync<ArgumentNullException>(() => endpoint.PublishOrElse(_alarm, null!, Long));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => endpoint.PublishOrElse(_alarm, FallBack, TimeSpan.Zero));
        Assert.Empty(_fellBack);
    }

    private Task FallBack(Alarm alarm, CancellationToken cancellationToken)
    {
        _fellBack.Enqueue(alarm);
        return Task.CompletedTask;
    }

    public sealed record Alarm(string What);

    private sealed class Endpoint(Func<object, CancellationToken, Task> publish) : IPublishEndpoint
    {
        public ConcurrentQueue<object> Published { get; } = new();

        public Task Publish<T>(T message, CancellationToken cancellationToken = default)
            where T : class
        {
            Published.Enqueue(message);
            return publish(message, cancellationToken);
        }

        public Task Publish<T>(T message, IPipe<PublishContext<T>> publishPipe, CancellationToken cancellationToken = default)
            where T : class => Publish(message, cancellationToken);

        public Task Publish<T>(T message, IPipe<PublishContext> publishPipe, CancellationToken cancellationToken = default)
            where T : class => Publish(message, cancellationToken);

        public Task Publish(object message, CancellationToken cancellationToken = default) => Publish<object>(message, cancellationToken);

        public Task Publish(object message, IPipe<PublishContext> publishPipe, CancellationToken cancellationToken = default) => Publish<object>(message, cancellationToken);

        public Task Publish(object message, Type messageType, CancellationToken cancellationToken = default) => Publish<object>(message, cancellationToken);

        public Task Publish(object message, Type messageType, IPipe<PublishContext> publishPipe, CancellationToken cancellationToken = default) =>
            Publish<object>(message, cancellationToken);

        public Task Publish<T>(object values, CancellationToken cancellationToken = default)
            where T : class => Publish<object>(values, cancellationToken);

        public Task Publish<T>(object values, IPipe<PublishContext<T>> publishPipe, CancellationToken cancellationToken = default)
            where T : class => Publish<object>(values, cancellationToken);

        public Task Publish<T>(object values, IPipe<PublishContext> publishPipe, CancellationToken cancellationToken = default)
            where T : class => Publish<object>(values, cancellationToken);

        public ConnectHandle ConnectPublishObserver(IPublishObserver observer) => throw new NotSupportedException();
    }
}
