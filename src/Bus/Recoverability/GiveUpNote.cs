using System.Collections.Concurrent;
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
    public const string RedeliveriesHeader = "Bus-Redeliveries";

    /// <summary>From here on the error transport of this one message adds the note; no other message pays for it.</summary>
    public static void Attach(PipeContext context, Exception exception, RecoverabilityDecision.GiveUp giveUp, int attempts)
    {
        if (context.TryGetPayload(out ReceiveContext? receive) && receive.TryGetPayload(out IErrorTransport? transport))
        {
            var redeliveries = context.TryGetPayload(out ConsumeContext? consumed) ? consumed.GetRedeliveryCount() : 0;
            var annotated = receive.AddOrUpdatePayload<IErrorTransport>(() => transport, existing => existing as Annotated ?? new Annotated(existing)) as Annotated;
            annotated?.Add(new Note(exception, giveUp, attempts, redeliveries));
        }
    }

    private sealed record Note(Exception Exception, RecoverabilityDecision.GiveUp GiveUp, int Attempts, int Redeliveries);

    private sealed class Annotated(IErrorTransport inner) : IErrorTransport
    {
        private readonly ConcurrentQueue<Note> _notes = [];

        public void Add(Note note) => _notes.Enqueue(note);

        // Several consumers may have failed with the message, and some of them may have put it off: the error that it goes there with says whose note counts.
        public Task Send(ExceptionReceiveContext context)
        {
            var note = _notes.FirstOrDefault(note => ReferenceEquals(note.Exception, context.Exception)) ?? _notes.Last();
            context.ExceptionHeaders.Set(ReasonHeader, note.GiveUp.Reason.ToString());
            context.ExceptionHeaders.Set(ExplanationHeader, note.GiveUp.Explanation);
            context.ExceptionHeaders.Set(AttemptsHeader, note.Attempts.ToString(CultureInfo.InvariantCulture));
            context.ExceptionHeaders.Set(RedeliveriesHeader, note.Redeliveries.ToString(CultureInfo.InvariantCulture));
            return inner.Send(context);
        }
    }
}
