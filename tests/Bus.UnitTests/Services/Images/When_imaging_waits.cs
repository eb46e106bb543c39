using Bus.Services.Images.Imaging;
using Xunit;

namespace Bus.UnitTests.Services.Images;

/// <summary>Whoever hands work to imaging hears of it, whatever happens meanwhile.</summary>
public sealed class When_imaging_waits
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static readonly AsyncLocal<string?> Ambient = new();

    [Theory]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public async Task Should_end_work_and_refuse_what_waits_when_it_is_disposed(long bytes)
    {
        using var release = new ManualResetEventSlim();
        var gate = new ImagingGate(1, largeBytes: 1);
        var entered = new TaskCompletionSource();
        var running = gate.RunAsync(bytes, () => { entered.SetResult(); release.Wait(Limit); return 1; }, CancellationToken.None);
        await entered.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        var waiting = Enumerable.Range(0, 3).Select(_ => gate.RunAsync(bytes, () => 2, CancellationToken.None)).ToList();

        gate.Dispose();
        release.Set();

        Assert.Equal(1, await running.WaitAsync(Limit, TestContext.Current.CancellationToken));
        foreach (var task in waiting)
            await Assert.ThrowsAsync<ObjectDisposedException>(() => task.WaitAsync(Limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Should_run_as_many_at_once_as_it_may()
    {
        using var gate = new ImagingGate(4, long.MaxValue);
        for (var round = 0; round < 50; round++)
        {
            using var all = new Barrier(4);
            var met = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => gate.RunAsync(0, () => all.SignalAndWait(Limit), CancellationToken.None))));
            Assert.DoesNotContain(false, met);
        }
    }

    [Fact]
    public async Task Should_work_in_the_callers_name_and_not_in_that_of_the_first()
    {
        using var gate = new ImagingGate(1, long.MaxValue);
        foreach (var name in new[] { "first", "second" })
        {
            Ambient.Value = name;
            Assert.Equal(name, await gate.RunAsync(0, () => Ambient.Value, CancellationToken.None));
        }
    }

    [Fact]
    public async Task Should_cancel_work_that_nobody_wants_any_more()
    {
        using var gate = new ImagingGate(1, long.MaxValue);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gate.RunAsync(0, () => 1, cancelled.Token));
        Assert.Equal(2, await gate.RunAsync(0, () => 2, CancellationToken.None));
    }
}
