using Bus.Persistence.Sagas;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Bus.UnitTests.Persistence.Sagas;

/// <summary>Guards the one place where a private field of MassTransit is read.</summary>
public sealed class When_a_missing_instance_is_declared
{
    private readonly DeclaredMissingInstances _declared = DeclaredMissingInstances.Of<Visit>(
        new ServiceCollection().AddSingleton<SagaStateMachine<Visit>>(new VisitStateMachine()).BuildServiceProvider());

    [Fact]
    public void Should_know_that_it_is_discarded() => Assert.True(_declared.Contains(typeof(Left)));

    [Fact]
    public void Should_know_that_something_else_is_done() => Assert.True(_declared.Contains(typeof(Called)));

    [Fact]
    public void Should_know_that_nothing_is_said() => Assert.False(_declared.Contains(typeof(Paid)));

    [Fact]
    public void Should_not_ask_a_saga_without_a_state_machine() =>
        Assert.False(DeclaredMissingInstances.Of<Plain>(new ServiceCollection().BuildServiceProvider()).Contains(typeof(Paid)));

    public sealed record Came(Guid CorrelationId) : CorrelatedBy<Guid>;

    public sealed record Paid(Guid CorrelationId) : CorrelatedBy<Guid>;

    public sealed record Left(Guid CorrelationId) : CorrelatedBy<Guid>;

    public sealed record Called(Guid CorrelationId) : CorrelatedBy<Guid>;

    public sealed class Plain : ISaga
    {
        public Guid CorrelationId { get; set; }
    }

    public sealed class Visit : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }

        public string CurrentState { get; set; } = "";
    }

    public sealed class VisitStateMachine : MassTransitStateMachine<Visit>
    {
        public VisitStateMachine()
        {
            InstanceState(visit => visit.CurrentState);
            Event(() => OnLeft, e => e.OnMissingInstance(missing => missing.Discard()));
            Event(() => OnCalled, e => e.OnMissingInstance(missing => missing.Execute(_ => { })));
            Initially(When(OnCame).TransitionTo(Here));
            During(Here, When(OnPaid).Finalize(), When(OnLeft).Finalize(), Ignore(OnCalled));
        }

        public State Here { get; } = null!;

        public Event<Came> OnCame { get; } = null!;

        public Event<Paid> OnPaid { get; } = null!;

        public Event<Left> OnLeft { get; } = null!;

        public Event<Called> OnCalled { get; } = null!;
    }
}
