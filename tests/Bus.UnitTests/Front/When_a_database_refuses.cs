using Bus.Core.Recoverability;
using Bus.Recoverability;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Bus.UnitTests.Front;

public sealed class When_a_database_refuses
{
    // What waited for the lock in vain has taken longer than retries may: it must not be given up for that.
    [Theory]
    [InlineData(5, 5, ErrorClass.Outage)]
    [InlineData(5, 517, ErrorClass.Transient)]
    [InlineData(6, 6, ErrorClass.Transient)]
    [InlineData(19, 2067, ErrorClass.Unknown)]
    public void Should_tell_what_keeps_every_message_waiting_from_what_passes(int code, int extended, ErrorClass expected) =>
        Assert.Equal(expected, DatabaseErrors.AddTo(ErrorClassifier.Default).Classify(new InvalidOperationException("", new SqliteException("", code, extended))));
}
