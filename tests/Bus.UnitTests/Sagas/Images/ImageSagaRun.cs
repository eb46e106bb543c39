using Bus.Contracts.Images;
using Bus.Sagas.Images;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Bus.UnitTests.Sagas.Images;

/// <summary>One saga run in memory, in which the test plays the steps' consumers.</summary>
internal sealed class ImageSagaRun : IAsyncDisposable
{
    private static readonly StepRun Run = new(7, 2);

    private readonly ServiceProvider _services;
    private readonly ITestHarness _harness;
    private readonly ISagaStateMachineTestHarness<ImageSaga, ImageState> _saga;

    private ImageSagaRun(ServiceProvider services)
    {
        _services = services;
        _harness = services.GetRequiredService<ITestHarness>();
        _saga = _harness.GetSagaStateMachineHarness<ImageSaga, ImageState>();
    }

    public Guid Id { get; } = Guid.NewGuid();

    public FakeTimeProvider Clock => (FakeTimeProvider)_services.GetRequiredService<TimeProvider>();

    public ImageSaga Machine => _saga.StateMachine;

    public ImageUploaded Uploaded => new(Id, "original", "holiday.jpg", 1000);

    public ImageResized Resized => new(Id, "resized", 1200, 800, Run);

    public ImageCompressed Compressed => new(Id, "compressed", 500, Run);

    public ImageWatermarked Watermarked => new(Id, "watermarked", "image/jpeg", Run);

    public ImageStored Stored => new(Id, "content", "image/jpeg", 500, Run);

    public ImageReady Ready => new(Id, "content", "image/jpeg", Run);

    public static async Task<ImageSagaRun> StartAsync()
    {
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(new FakeTimeProvider())
            .AddMassTransitTestHarness(TextWriter.Null, x =>
            {
                x.DisableUsageTelemetry();
                x.AddSagaStateMachine<ImageSaga, ImageState>().InMemoryRepository();
            })
            .BuildServiceProvider(validateScopes: true);
        await services.GetRequiredService<ITestHarness>().Start();
        return new ImageSagaRun(services);
    }

    /// <summary>Publishes and waits until the saga has worked it off.</summary>
    public async Task SayAsync<T>(T message)
        where T : class
    {
        var id = Guid.NewGuid();
        await _harness.Bus.Publish(message, x => x.MessageId = id);
        Assert.True(await _harness.Consumed.Any<T>(x => x.Context.MessageId == id), $"The saga did not consume {typeof(T).Name}.");
    }

    public Task SayFaultAsync<T>(T command, string reason)
        where T : class =>
        SayAsync<Fault<T>>(new FaultOf<T>(command, reason));

    /// <summary>Walks the good way until <paramref name="state"/> is reached.</summary>
    public async Task ReachAsync(Func<ImageSaga, State> state)
    {
        await SayAsync(Uploaded);
        foreach (var (reached, say) in GoodWay())
        {
            if (reached == state(Machine))
            {
                break;
            }

            await say();
        }

        await InStateAsync(state);
    }

    public async Task<ImageState> InStateAsync(Func<ImageSaga, State> state)
    {
        Assert.Equal(Id, await _saga.Exists(Id, state(Machine)));
        return _saga.Sagas.Contains(Id);
    }

    public async Task<T> CommandAsync<T>()
        where T : class =>
        (await _harness.Published.SelectAsync<T>().First()).Context.Message;

    public IEnumerable<T> Published<T>()
        where T : class =>
        _harness.Published.Select<T>().Select(x => x.Context.Message);

    public bool AnyFailure() => _harness.Consumed.Select(x => x.Exception is not null).Any();

    public Exception? FailureOf<T>()
        where T : class =>
        _harness.Consumed.Select<T>().Select(x => x.Exception).LastOrDefault();

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private IEnumerable<(State Waiting, Func<Task> Say)> GoodWay() =>
    [
        (Machine.Resizing, () => SayAsync(Resized)),
        (Machine.Compressing, () => SayAsync(Compressed)),
        (Machine.Watermarking, () => SayAsync(Watermarked)),
        (Machine.Storing, () => SayAsync(Stored)),
        (Machine.Notifying, () => SayAsync(Ready)),
    ];
}
