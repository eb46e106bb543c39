using Bus.Testing;
using MassTransit;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed class When_messages_that_may_not_wait_fail
{
    [Fact]
    public async Task Should_say_that_they_need_a_database_to_wait_in()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => TestBus.StartAsync(b => b.Registration.AddConsumer<Patient>(), PutOffs.Settings));

        Assert.Contains("Endpoint `patient` is to put failed messages off, which needs a database for them to wait in. Call `bus.UseDatabase<TDbContext>()`", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_say_that_an_endpoint_that_delivers_at_most_once_puts_nothing_off()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => PutOffs.StartAsync<ChoreDb>(b =>
        {
            b.Registration.AddConsumer<Patient>();
            b.Endpoint<Patient>(endpoint => (endpoint.Delivery, endpoint.Redelivery) = (DeliveryMode.AtMostOnce, [TimeSpan.Zero]));
        }));

        Assert.Contains("`patient` are wrong. `Redelivery:0` must be above zero", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("`Redelivery` must not be set with `DeliveryMode.AtMostOnce`", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_put_nothing_off_where_messages_are_delivered_at_most_once()
    {
        await using var bus = await PutOffs.StartAsync<ChoreDb>(b =>
        {
            b.Registration.AddConsumer<Patient>();
            b.Endpoint<Patient>(endpoint => endpoint.Delivery = DeliveryMode.AtMostOnce);
        });
        var chore = new Chore(Guid.NewGuid(), 9);

        await bus.Publish(chore);
        await bus.SettleAsync();
        await bus.AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal(1, Patient.Runs(chore));
    }
}
