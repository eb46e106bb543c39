using System.Globalization;
using Bus.Core.Recoverability;
using MassTransit;
using MassTransit.Transports;

namespace Bus.Recoverability;

/// <summary>Writes into a message that goes to <c>_error</c> why it was not tried again, and how often it was tried.</summary>
internal static class GiveUpNote
{
    public const string ReasonHeader = "Bus-Give-Up-Reason";
    public const string ExplanationHeader = "Bus-Give-Up-Explanation";
    public const string AttemptsHeader = "Bus-Attempts";

    /// <summary>From here on the error transport of this one message adds the note; no other message pays for it.</summary>
    public static void Attach(PipeContext context, RecoverabilityDecision.GiveUp giveUp, int attempts)
    {
        if (context.TryGetPayload(out ReceiveContext? receive) && receive.TryGetPayload(out IErrorTransport? transport) && transport is not Annotated)
        {
            receive.AddOrUpdatePayload<IErrorTransport>(() => transport, existing => new Annotated(existing, giveUp, attempts));
        }
    }

    private sealed class Annotated(IErrorTransport inner, RecoverabilityDecision.GiveUp giveUp, int attempts) : IErrorTransport
    {
        public Task Send(ExceptionReceiveContext context)
        {
            context.ExceptionHeaders.Set(ReasonHeader, giveUp.Reason.ToString());
            context.ExceptionHeaders.Set(ExplanationHeader, giveUp.Explanation);
            context.ExceptionHeaders.Set(AttemptsHeader, attempts.ToString(CultureInfo.InvariantCulture));
            return inner.Send(context);
        }
    }
}
