using Bus.Core.Faults;
using Bus.Core.Recoverability;
using Bus.Recoverability;
using Bus.Settings;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.Endpoints;

/// <summary>What every endpoint gets, from the outside in: size limit, redelivery, retries, then what the parts below add (inbox and outbox), then the service's hooks.</summary>
internal sealed class EndpointConventions(BusOptions options, EndpointRegistry endpoints)
{
    private readonly List<Action<IRegistrationContext, string, IReceiveEndpointConfigurator>> _hooks = [];

    /// <summary>Set by a registered database.</summary>
    public Action<IRegistrationContext, string, IReceiveEndpointConfigurator>? EffectivelyOnce { get; set; }

    /// <summary>Set by a registered database.</summary>
    public Action<IRegistrationContext, IReceiveEndpointConfigurator, Func<RedeliveryFacts, RedeliveryDecision>>? PutOff { get; set; }

    /// <summary>Set by schedules; outside of all that tries again.</summary>
    public Action<IRegistrationContext, IReceiveEndpointConfigurator>? NoteRuns { get; set; }

    public ErrorClassifier Classifier { get; set; } = DatabaseErrors.AddTo(ErrorClassifier.Default);

    public void AddHook(Action<IRegistrationContext, string, IReceiveEndpointConfigurator> hook) => _hooks.Add(hook);

    public void Apply(IRegistrationContext context, string name, IReceiveEndpointConfigurator endpoint)
    {
        var own = endpoints[name];
        var delivery = own.Delivery ?? (EffectivelyOnce is null ? DeliveryMode.AtLeastOnce : DeliveryMode.EffectivelyOnce);
        CheckRedelivery(name, own.Redelivery, delivery);
        NoteRuns?.Invoke(context, endpoint);
        ReceiveFilters(endpoint, delivery);
        if (own.RawJson)
        {
            endpoint.UseRawJsonDeserializer(RawSerializerOptions.AnyMessageType, isDefault: true);
        }

        if (delivery == DeliveryMode.AtMostOnce)
        {
            AtMostOnce(endpoint);
        }
        else
        {
            Redelivery(context, name, endpoint, own.Redelivery ?? options.Retry.Redelivery);
            Retries(context, name, endpoint, own.Retry);
        }

        if (delivery == DeliveryMode.EffectivelyOnce)
        {
            var wire = EffectivelyOnce ?? throw new InvalidOperationException(
                $"Endpoint `{name}` is to deliver effectively once, which needs a database. Call `bus.UseDatabase<TDbContext>()`.");
            wire(context, name, endpoint);
        }

        _hooks.ForEach(hook => hook(context, name, endpoint));
    }

    private void ReceiveFilters(IReceiveEndpointConfigurator endpoint, DeliveryMode delivery) => endpoint.ConfigureReceive(pipe =>
    {
        if (Environment.GetEnvironmentVariable(FaultPoint.Variable) is { Length: > 0 })
        {
            pipe.UseFilter(new AcknowledgeFaultFilter());
        }

        if (delivery == DeliveryMode.AtMostOnce)
        {
            pipe.UseFilter(new DropRedeliveredFilter());
        }

        pipe.UseFilter(new MessageSizeFilter(options.MaxMessageBytes, keep: delivery != DeliveryMode.AtMostOnce));
    });

    private static void AtMostOnce(IReceiveEndpointConfigurator endpoint)
    {
        endpoint.DiscardFaultedMessages();
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            rabbit.Durable = false;
        }
    }

    private static void CheckRedelivery(string name, IReadOnlyList<TimeSpan>? own, DeliveryMode delivery)
    {
        List<string> errors = [.. RedeliveryDelays.Errors("Redelivery", own ?? [])];
        if (own is { Count: > 0 } && delivery == DeliveryMode.AtMostOnce)
        {
            errors.Add("`Redelivery` must not be set with `DeliveryMode.AtMostOnce`, which never handles a message again. Leave out one of the two.");
        }

        if (errors.Count > 0)
        {
            throw new InvalidOperationException($"The options of endpoint `{name}` are wrong. {string.Join(' ', errors)}");
        }
    }

    // Before the retries, so that it stands around them.
    private void Redelivery(IRegistrationContext context, string name, IReceiveEndpointConfigurator endpoint, IReadOnlyList<TimeSpan> delays)
    {
        if (delays.Count == 0)
        {
            return;
        }

        var wire = PutOff ?? throw new InvalidOperationException(
            $"Endpoint `{name}` is to put failed messages off, which needs a database for them to wait in. Call `bus.UseDatabase<TDbContext>()`, or leave `Bus:Retry:Redelivery` and the endpoint's `Redelivery` empty.");
        wire(context, endpoint, EndpointRedelivery.Create(options.Retry, delays, Classifier, Seed(context, name)).Decide);
    }

    // Processes that failed together must not come back together, so their seeds differ.
    private static int Seed(IRegistrationContext context, string name) => HashCode.Combine(name, Environment.ProcessId, Clock(context).GetTimestamp());

    private static TimeProvider Clock(IRegistrationContext context) => context.GetService<TimeProvider>() ?? TimeProvider.System;

    private void Retries(IRegistrationContext context, string name, IReceiveEndpointConfigurator endpoint, RetrySchedule? schedule)
    {
        if (schedule is not null && schedule.LongestTotal() >= RetryOptions.LongestInMemory)
        {
            throw new InvalidOperationException($"The retries of endpoint `{name}` must keep all waits of a message together under " +
                $"{RetryOptions.LongestInMemory.TotalSeconds:0} s, but they may last {schedule.LongestTotal().TotalSeconds:0.#} s.");
        }

        var stopping = context.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        var recoverability = EndpointRecoverability.Create(options.Retry, schedule, Classifier, Clock(context), Seed(context, name), stopping);
        endpoint.UseMessageRetry(retry => retry.SetRetryPolicy(_ => new RecoverabilityRetryPolicy(recoverability)));
    }
}
