using Bus.Core.Faults;
using Bus.Core.Recoverability;
using Bus.Recoverability;
using Bus.Settings;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bus.Endpoints;

/// <summary>What every endpoint gets, from the outside in: size limit, retries, then what the parts below add (inbox and outbox), then the service's hooks.</summary>
internal sealed class EndpointConventions(BusOptions options, EndpointRegistry endpoints)
{
    private readonly List<Action<IRegistrationContext, string, IReceiveEndpointConfigurator>> _hooks = [];

    /// <summary>Set by a registered database.</summary>
    public Action<IRegistrationContext, string, IReceiveEndpointConfigurator>? EffectivelyOnce { get; set; }

    public ErrorClassifier Classifier { get; set; } = DatabaseErrors.AddTo(ErrorClassifier.Default);

    public void AddHook(Action<IRegistrationContext, string, IReceiveEndpointConfigurator> hook) => _hooks.Add(hook);

    public void Apply(IRegistrationContext context, string name, IReceiveEndpointConfigurator endpoint)
    {
        var own = endpoints[name];
        var delivery = own.Delivery ?? (EffectivelyOnce is null ? DeliveryMode.AtLeastOnce : DeliveryMode.EffectivelyOnce);
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

    private void Retries(IRegistrationContext context, string name, IReceiveEndpointConfigurator endpoint, RetrySchedule? schedule)
    {
        if (schedule is not null && schedule.LongestTotal() >= RetryOptions.LongestInMemory)
        {
            throw new InvalidOperationException($"The retries of endpoint `{name}` must keep all waits of a message together under " +
                $"{RetryOptions.LongestInMemory.TotalSeconds:0} s, but they may last {schedule.LongestTotal().TotalSeconds:0.#} s.");
        }

        var stopping = context.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        var clock = context.GetService<TimeProvider>() ?? TimeProvider.System;
        // Processes that failed together must not come back together, so their seeds differ.
        var seed = HashCode.Combine(name, Environment.ProcessId, clock.GetTimestamp());
        var recoverability = EndpointRecoverability.Create(options.Retry, schedule, Classifier, clock, seed, stopping);
        endpoint.UseMessageRetry(retry => retry.SetRetryPolicy(_ => new RecoverabilityRetryPolicy(recoverability)));
    }
}
