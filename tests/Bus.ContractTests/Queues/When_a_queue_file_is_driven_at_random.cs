using Bus.SqliteTransport.Engine;
using CsCheck;
using Xunit;

namespace Bus.ContractTests.Queues;

/// <summary>
/// Sends, ends of every kind and steps of the clock in random order, held against a model of a queue: what is given out may be given out, never twice at once, never more than the
/// prefetch, never past the head of its key; and what the model has, the file has.
/// </summary>
public sealed class When_a_queue_file_is_driven_at_random
{
    private const int Prefetch = 3;
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("BUS_LONG_TESTS") == "1";

    private enum Act
    {
        Send,
        SendOfKey,
        SendLater,
        Complete,
        Abandon,
        Defer,
        Move,
        StepForward,
        StepBack,
    }

    [Fact]
    public Task Should_do_what_the_model_does() =>
        Gen.Enum<Act>().Select(Gen.Int[0, 2]).Array[1, 60].SampleAsync(acts => RunAsync(acts), iter: IsLong ? 1000 : 40, threads: 1, print: acts => string.Join(", ", acts));

    private static async Task RunAsync((Act Act, int Choice)[] acts)
    {
        var clock = new Clock();
        await using var test = new TestQueueFile { Time = clock };
        var file = await test.OpenAsync();
        var consumer = new TestConsumer(file, "work", Prefetch);
        var model = new Model(clock);
        var sent = 0;
        foreach (var (act, choice) in acts)
        {
            switch (act)
            {
                case Act.Send:
                    model.Sent($"{sent}", key: null, due: null);
                    await file.SendAsync("work", TestQueueFile.Text($"{sent++}"), CancellationToken.None);
                    break;
                case Act.SendOfKey:
                    model.Sent($"{sent}", key: $"k{choice % 2}", due: null);
                    await file.SendAsync("work", TestQueueFile.Text($"{sent++}", key: $"k{choice % 2}"), CancellationToken.None);
                    break;
                case Act.SendLater:
                    model.Sent($"{sent}", key: null, due: clock.GetUtcNow().AddMinutes(20));
                    await file.SendAsync("work", TestQueueFile.Text($"{sent++}") with { Due = clock.GetUtcNow().AddMinutes(20) }, CancellationToken.None);
                    break;
                case Act.StepForward:
                    clock.Step(TimeSpan.FromHours(1));
                    // Any transaction looks at the clock; without one a step back might come before the file has seen this one.
                    await file.DepthsAsync(CancellationToken.None);
                    break;
                case Act.StepBack:
                    clock.Step(TimeSpan.FromHours(-1));
                    break;
                default:
                    if (model.Out.Count > 0)
                        await EndAsync(model, model.Out[choice % model.Out.Count], act, clock);
                    break;
            }

            await SettleAsync(model, consumer);
        }

        var depth = (await file.DepthsAsync(CancellationToken.None)).GetValueOrDefault("work");
        Assert.Equal(model.Out.Count, depth.Claimed);
        Assert.Equal(model.InQueue, depth.Ready + depth.Claimed + depth.Waiting);
    }

    private static async Task EndAsync(Model model, Model.Item item, Act act, Clock clock)
    {
        var delivery = item.Delivery!;
        model.Ended(item, act switch { Act.Abandon => null, Act.Defer => clock.GetUtcNow().AddMinutes(30), _ => DateTimeOffset.MinValue });
        switch (act)
        {
            case Act.Complete:
                delivery.Complete();
                break;
            case Act.Abandon:
                delivery.Abandon(TimeSpan.Zero, counted: true);
                break;
            case Act.Defer:
                await delivery.DeferAsync(TimeSpan.FromMinutes(30), null, othersMayOvertake: false, CancellationToken.None);
                break;
            default:
                await delivery.MoveAsync("aside", [], CancellationToken.None);
                break;
        }
    }

    private static async Task SettleAsync(Model model, TestConsumer consumer)
    {
        model.Tick();
        while (model.Out.Count < Math.Min(Prefetch, model.Out.Count + model.Eligible.Count()))
            model.Delivered(await consumer.NextAsync());
        Assert.Equal(0, consumer.Buffered);
    }

    private sealed class Clock : TimeProvider
    {
        private long _ticks = DateTimeOffset.UnixEpoch.AddYears(60).UtcTicks;

        public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

        public void Step(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
    }

    private sealed class Model(Clock clock)
    {
        private readonly List<Item> _items = [];

        /// <summary>What is out, in the order in which it was given out.</summary>
        public List<Item> Out { get; } = [];

        public int InQueue => _items.Count(item => item.HasArrived);

        /// <summary>What may be given out: due, not out, and the first of its key.</summary>
        public IEnumerable<Item> Eligible => _items.Where(item => item.HasArrived && item.Due is null && item.Delivery is null && !IsBehind(item));

        public void Sent(string text, string? key, DateTimeOffset? due) => _items.Add(new Item { Text = text, Key = key, Due = due, HasArrived = due is null });

        /// <summary>What is due now is so for good, wherever the clock goes then.</summary>
        public void Tick()
        {
            foreach (var item in _items.Where(item => item.Due <= clock.GetUtcNow()))
                (item.Due, item.HasArrived) = (null, true);
        }

        public void Delivered(Delivery delivery)
        {
            var item = Assert.Single(Eligible, item => item.Text == delivery.Text());
            Assert.Equal(item.Deliveries, delivery.Deliveries);
            item.Delivery = delivery;
            Out.Add(item);
        }

        public void Ended(Item item, DateTimeOffset? due)
        {
            Out.Remove(item);
            item.Delivery = null;
            if (due == DateTimeOffset.MinValue)
                _items.Remove(item);
            else
                (item.Due, item.Deliveries) = (due, item.Deliveries + 1);
        }

        private bool IsBehind(Item item) => item.Key is not null && _items.TakeWhile(other => other != item).Any(other => other.Key == item.Key);

        public sealed class Item
        {
            public required string Text { get; init; }

            public string? Key { get; init; }

            public DateTimeOffset? Due { get; set; }

            public bool HasArrived { get; set; }

            public int Deliveries { get; set; }

            public Delivery? Delivery { get; set; }
        }
    }
}
