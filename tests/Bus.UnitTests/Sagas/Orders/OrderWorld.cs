using Bus.Contracts.Notifications;
using Bus.Contracts.Orders;
using MassTransit;

namespace Bus.UnitTests.Sagas.Orders;

/// <summary>Plays one order's life: what is said to the saga next, and what its commands are answered with. Not thread-safe.</summary>
internal sealed class OrderWorld
{
    private readonly OrderLife _life;
    private readonly Random _chance;
    private readonly List<object> _toSay = [];
    private readonly List<object> _late = [];
    private int _said;
    private bool _settledOnce;

    public OrderWorld(OrderLife life)
    {
        (_life, _chance) = (life, new Random(life.Seed));
        _toSay.Add(new OrderSubmitted(Id, OrderSagaRun.Order));
        if (life.Payment is Payment.Charged or Payment.Declined)
        {
            _toSay.Add(PaymentAnswer());
        }
    }

    public Guid Id { get; } = Guid.NewGuid();

    public bool WasCharged { get; private set; }

    /// <summary>Who was first: the customer who cancels or the parcel that leaves.</summary>
    public string? Outcome { get; private set; }

    public bool IsQuiet => _toSay.Count == 0;

    /// <summary>All that the saga has said about the order, in order.</summary>
    public List<object> Heard { get; } = [];

    /// <summary>Some message that is due, in any order; now and then it will come once more. Null if there is nothing to say.</summary>
    public object? Next()
    {
        if (++_said == _life.CancelAt && Outcome is null)
        {
            Outcome = "cancelled";
            _toSay.Add(new OrderCancelled(Id, "Changed my mind."));
        }

        if (_toSay.Count == 0)
        {
            return null;
        }

        var index = _chance.Next(_toSay.Count);
        var message = _toSay[index];
        if (_chance.Next(4) != 0)
        {
            _toSay.RemoveAt(index);
        }

        WasCharged |= message is OrderCharged;
        return message;
    }

    /// <summary>What was silent speaks.</summary>
    public void SpeakAtLast()
    {
        _toSay.AddRange(_late);
        _late.Clear();
    }

    /// <summary>The saga has said something.</summary>
    public void Hear(object message)
    {
        Heard.Add(message);
        switch (message)
        {
            case SettlePayment settle:
                Say(_life.Payment == Payment.SettledLate && !_settledOnce ? Faulted(settle) : PaymentAnswer());
                _settledOnce = true;
                break;
            case CommitStock commit:
                Branch(OrderSteps.Stock, new StockCommitted(Id), Faulted(commit));
                break;
            case CreateShippingLabel create:
                Branch(OrderSteps.Label, new ShippingLabelCreated(Id, "1Z999"), Faulted(create));
                break;
            case MakeInvoice make:
                Branch(OrderSteps.Invoice, new InvoiceMade(Id, "2026-1"), Faulted(make));
                break;
            case OrderAccepted accepted:
                Branch(OrderSteps.Warehouse, new WarehouseInformed(Id), Faulted(accepted));
                break;
            case OrderPlaced placed:
                Branch(OrderSteps.Analytics, new OrderAnalysed(Id), Faulted(placed));
                break;
            case SendNotification { Template: "order-confirmation" } told:
                Branch(OrderSteps.Confirmation, new NotificationAccepted(told.NotificationId, told.Template, Id, 1), Faulted(told));
                break;
            case OrderCompleted when _life.Ships && Outcome is null:
                Outcome = "shipped";
                Say(new OrderShipped(Id));
                break;
            case RecallFromWarehouse recall:
                Undo(new WarehouseRecalled(Id), Faulted(recall));
                break;
            case VoidShippingLabel unlabel:
                Undo(new ShippingLabelVoided(Id), Faulted(unlabel));
                break;
            case CreditInvoice credit:
                Undo(new InvoiceCredited(Id), Faulted(credit));
                break;
            case RefundPayment refund:
                Undo(new PaymentRefunded(Id), Faulted(refund));
                break;
            case ReleaseStock release:
                Undo(new StockReleased(Id), Faulted(release));
                break;
        }
    }

    private void Say(object message) => _toSay.Add(message);

    private object PaymentAnswer() => _life.Payment == Payment.Declined ? new OrderRefused(Id, "The card has expired.") : new OrderCharged(Id, OrderSagaRun.Order);

    private void Branch(string step, object done, object fault)
    {
        var end = !_life.Failing.Contains(step) ? done : _life.Refuses ? new OrderStepRefused(Id, step, "No.") : fault;
        (_life.Late.Contains(step) ? _late : _toSay).Add(end);
    }

    // The faults are heard before the answer: somebody takes it up after he has seen them.
    private void Undo(object done, object fault)
    {
        for (var i = 0; i < _life.UndoFaults; i++)
        {
            Say(fault);
        }

        Say(done);
    }

    private static FaultOf<T> Faulted<T>(T command)
        where T : class => new(command, "The disk is full.");
}
