using Bus.Contracts.Orders;
using Bus.Services.Orders.Fulfilment.Carrier;
using Bus.Services.Orders.Journal;
using Bus.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Bus.ContractTests.Orders;

/// <summary>What the carrier has in the end is what the order says, whatever comes twice, late, in another order or not at all.</summary>
public abstract class LabelContract : FulfilmentTests
{
    [Fact]
    public async Task Should_make_one_label_however_often_it_is_asked()
    {
        var (id, order) = await Service.PlaceAsync();

        for (var time = 1; time <= 2; time++)
            await Service.AskAsync<ShippingLabelCreated>(id, new CreateShippingLabel(id, order.Address), answers: time);

        var labels = Service.Answers.Of<ShippingLabelCreated>(id);
        Assert.Equal(labels[0], labels[1]);
        Assert.Equal((1, 1), (Carrier.Made, Carrier.Asked));
        Assert.Equal(labels[0].Label, (await Service.ReadAsync(id)).Label);
    }

    [Fact]
    public async Task Should_make_one_label_of_two_that_are_asked_for_at_once()
    {
        var (id, order) = await Service.PlaceAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Service.PublishAsync(new CreateShippingLabel(id, order.Address))));

        Assert.Single((await Service.HearAsync<ShippingLabelCreated>(id, 8)).Distinct());
        Assert.Equal(1, Carrier.Made);
    }

    [Fact]
    public async Task Should_refuse_what_the_carrier_does_not_serve()
    {
        var (id, order) = await Service.PlaceAsync("AQ");

        await Service.AskAsync<OrderStepRefused>(id, new CreateShippingLabel(id, order.Address));
        var refused = await Service.AskAsync<OrderStepRefused>(id, new CreateShippingLabel(id, order.Address), answers: 2);

        Assert.All(refused, answer => Assert.Equal(new OrderStepRefused(id, OrderSteps.Label, "There is no road to AQ."), answer));
        Assert.Equal((0, 1), (Carrier.Made, Carrier.Asked));
        Assert.Null((await Service.ReadAsync(id)).Label);
    }

    [Fact]
    public async Task Should_void_a_label_once()
    {
        var (id, order) = await Service.PlaceAsync();
        await Service.AskAsync<ShippingLabelCreated>(id, new CreateShippingLabel(id, order.Address));

        await Service.AskAsync<ShippingLabelVoided>(id, new VoidShippingLabel(id));
        await Service.AskAsync<ShippingLabelVoided>(id, new VoidShippingLabel(id), answers: 2);

        Assert.Empty(Carrier.Valid);
        Assert.Equal(2, Carrier.Asked);
        Assert.True((await Service.ReadAsync(id)).Has<OrderFact.LabelVoided>());
    }

    [Fact]
    public async Task Should_leave_no_label_where_the_undoing_comes_first()
    {
        var (id, order) = await Service.PlaceAsync();

        await Service.AskAsync<ShippingLabelVoided>(id, new VoidShippingLabel(id));
        var refused = await Service.AskAsync<OrderStepRefused>(id, new CreateShippingLabel(id, order.Address));

        Assert.Equal(OrderSteps.Label, Assert.Single(refused).Step);
        Assert.Empty(Carrier.Valid);
        Assert.False((await Service.ReadAsync(id)).Has<OrderFact.LabelCreated>());
    }

    [Fact]
    public async Task Should_leave_no_label_where_the_command_comes_again_after_the_undoing()
    {
        var (id, order) = await Service.PlaceAsync();
        await Service.AskAsync<ShippingLabelCreated>(id, new CreateShippingLabel(id, order.Address));
        await Service.AskAsync<ShippingLabelVoided>(id, new VoidShippingLabel(id));

        await Service.AskAsync<OrderStepRefused>(id, new CreateShippingLabel(id, order.Address));

        Assert.Empty(Carrier.Valid);
        Assert.Equal(1, Carrier.Made);
    }

    [Fact]
    public async Task Should_leave_no_label_where_the_undoing_comes_while_one_is_being_made()
    {
        var (id, order) = await Service.PlaceAsync();
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Carrier.AfterLabel = _ =>
        {
            reached.TrySetResult();
            return goOn.Task;
        };
        await Service.PublishAsync(new CreateShippingLabel(id, order.Address));
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await Service.AskAsync<ShippingLabelVoided>(id, new VoidShippingLabel(id));
        goOn.SetResult();

        await Service.HearAsync<OrderStepRefused>(id);
        Assert.Empty(Service.Answers.Of<ShippingLabelCreated>(id));
        Assert.Empty(Carrier.Valid);
        Assert.False((await Service.ReadAsync(id)).Has<OrderFact.LabelCreated>());
    }

    [Fact]
    public async Task Should_have_no_label_made_whose_request_is_done_after_the_undoing()
    {
        // Its request is under way while the void finds nothing: the carrier remembers the void.
        var (id, order) = await Service.PlaceAsync();
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Carrier.BeforeLabel = _ =>
        {
            reached.TrySetResult();
            return goOn.Task;
        };
        await Service.PublishAsync(new CreateShippingLabel(id, order.Address));
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await Service.AskAsync<ShippingLabelVoided>(id, new VoidShippingLabel(id));
        Assert.Equal(0, Carrier.Made);
        goOn.SetResult();

        await Service.HearAsync<OrderStepRefused>(id);
        Assert.Equal(0, Carrier.Made);
        Assert.Empty(Carrier.Valid);
    }

    [Theory]
    [InlineData(CarrierFault.Broken)]
    [InlineData(CarrierFault.TooMany)]
    [InlineData(CarrierFault.Silent)]
    [InlineData(CarrierFault.Malformed)]
    [InlineData(CarrierFault.AnswerLost)]
    public async Task Should_ask_again_where_the_carrier_fails(CarrierFault fault)
    {
        var (id, order) = await Service.PlaceAsync();
        Carrier.Faults.Enqueue(fault);

        await Service.AskAsync<ShippingLabelCreated>(id, new CreateShippingLabel(id, order.Address));
        Assert.Equal((1, 2), (Carrier.Made, Carrier.Asked));

        Carrier.Faults.Enqueue(fault);
        await Service.AskAsync<ShippingLabelVoided>(id, new VoidShippingLabel(id));
        Assert.Empty(Carrier.Valid);
    }

    [Fact]
    public async Task Should_void_a_label_that_the_carrier_made_and_never_told_of()
    {
        var (id, order) = await Service.PlaceAsync();
        Carrier.Always = CarrierFault.AnswerLost;
        await Service.AskAsync<Fault<CreateShippingLabel>>(id, new CreateShippingLabel(id, order.Address));
        Assert.Single(Carrier.Valid);

        Carrier.Always = null;
        await Service.AskAsync<ShippingLabelVoided>(id, new VoidShippingLabel(id));

        Assert.Empty(Carrier.Valid);
        Assert.Equal(ShippingLabelState.Voided, await Service.QueryAsync(db => db.Set<ShippingLabelRow>().Select(row => row.State).SingleAsync()));
    }
}
