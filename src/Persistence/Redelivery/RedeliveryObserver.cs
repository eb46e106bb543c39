using Bus.Core.Recoverability;
using MassTransit;
using MassTransit.Configuration;
using Microsoft.EntityFrameworkCore;

namespace Bus.Persistence.Redelivery;

/// <summary>Puts the filter before every consumer, saga and handler of an endpoint, once for each message type. Of a batch it is each message that is put off.</summary>
internal sealed class RedeliveryObserver<TDbContext> : ConfigurationObserver, IMessageConfigurationObserver
    where TDbContext : DbContext
{
    private readonly IConsumePipeConfigurator _endpoint;
    private readonly IServiceProvider _provider;
    private readonly Func<RedeliveryFacts, RedeliveryDecision> _decide;
    private readonly HashSet<Type> _types = [];

    public RedeliveryObserver(IConsumePipeConfigurator endpoint, IServiceProvider provider, Func<RedeliveryFacts, RedeliveryDecision> decide)
        : base(endpoint)
    {
        (_endpoint, _provider, _decide) = (endpoint, provider, decide);
        Connect(this);
    }

    public void MessageConfigured<TMessage>(IConsumePipeConfigurator configurator)
        where TMessage : class
    {
        if (_types.Add(typeof(TMessage)))
            configurator.AddPipeSpecification(new FilterPipeSpecification<ConsumeContext<TMessage>>(new RedeliveryFilter<TDbContext, TMessage>(_provider, _decide)));
    }

    public override void BatchConsumerConfigured<TConsumer, TMessage>(IConsumerMessageConfigurator<TConsumer, Batch<TMessage>> configurator) => MessageConfigured<TMessage>(_endpoint);
}
