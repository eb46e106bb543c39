using Bus.Services.Notifications;
using Bus.Services.Notifications.Delivering;
using Bus.Services.Notifications.Records;
using Bus.Services.Notifications.Sms;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Services.Notifications;

public sealed class When_a_delivery_has_failed
{
    [Fact]
    public async Task Should_not_be_sent_again_when_it_is_the_provider_that_says_so()
    {
        await using var tables = await NotificationTables.CreateAsync();
        // It calls back before the job that has sent it has ended, which runs again then.
        var id = await tables.AddAsync(DeliveryStatus.Waiting);
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => tables.RunAsync(id, async _ =>
        {
            Assert.Null((await SayAsync(tables, id, DeliveryStatus.Failed))!.Value.Ignored);
            return "provider-1";
        }));
        Assert.False(await tables.RunAsync(id, _ => throw new InvalidOperationException("It is sent again.")));
        Assert.Equal((DeliveryStatus.Failed, "Nobody there."), await tables.FindAsync(id) is { } kept ? (kept.Status, kept.Reason) : default);
        Assert.NotNull((await SayAsync(tables, id, DeliveryStatus.Delivered))!.Value.Ignored);
    }

    [Fact]
    public async Task Should_be_sent_by_hand_when_it_failed_here()
    {
        await using var tables = await NotificationTables.CreateAsync();
        var id = await FailedAsync(tables);
        Assert.True(await tables.RunAsync(id, _ => Task.FromResult<string?>("provider-\0")));
        Assert.Equal((DeliveryStatus.Sent, "provider-\uFFFD"), await tables.FindAsync(id) is { } sent ? (sent.Status, sent.ProviderId) : default);
    }

    [Fact]
    public async Task Should_be_delivered_when_it_failed_here_and_the_provider_says_that_it_arrived()
    {
        await using var tables = await NotificationTables.CreateAsync();
        var id = await FailedAsync(tables);
        Assert.Equal((DeliveryStatus.Delivered, null), await SayAsync(tables, id, DeliveryStatus.Delivered));
        Assert.Equal((DeliveryStatus.Delivered, "It was said before."), await SayAsync(tables, id, DeliveryStatus.Delivered));
    }

    [Fact]
    public async Task Should_be_removed_when_it_is_old_and_not_while_it_waits()
    {
        await using var tables = await NotificationTables.CreateAsync();
        var old = TimeProvider.System.GetUtcNow().AddDays(-100);
        var (waiting, failed) = (await tables.AddAsync(DeliveryStatus.Waiting, old), await tables.AddAsync(DeliveryStatus.Failed, old));
        var cleanup = tables.Services.GetRequiredService<NotificationCleanup>();
        while (await cleanup.RunOnceAsync(CancellationToken.None))
        {
        }

        Assert.Null(await tables.FindAsync(failed));
        Assert.NotNull(await tables.FindAsync(waiting));
    }

    private static async Task<Guid> FailedAsync(NotificationTables tables)
    {
        var id = await tables.AddAsync(DeliveryStatus.Waiting);
        await tables.Services.GetRequiredService<DeliveryFailures>().NoteAsync(id, new TimeoutException("No \0 answer \uD800"));
        Assert.Equal((DeliveryStatus.Failed, "No \uFFFD answer \uFFFD"), await tables.FindAsync(id) is { } failed ? (failed.Status, failed.Reason) : default);
        return id;
    }

    private static Task<(DeliveryStatus Status, string? Ignored)?> SayAsync(NotificationTables tables, Guid id, DeliveryStatus status) =>
        tables.InAsync<SmsCallbacks, (DeliveryStatus, string?)?>(callbacks => callbacks.ApplyAsync(id, status, "Nobody there.", CancellationToken.None));
}
