using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Bus.Core.Recoverability;
using Xunit;

namespace Bus.UnitTests.Core.Recoverability;

public sealed class When_an_error_is_classified
{
    public static TheoryData<Exception, ErrorClass> Errors => new()
    {
        { new TimeoutException(), ErrorClass.Transient },
        { Http(null), ErrorClass.Transient },
        { Http(HttpStatusCode.RequestTimeout), ErrorClass.Transient },
        { Http(HttpStatusCode.TooManyRequests), ErrorClass.Transient },
        { Http(HttpStatusCode.BadGateway), ErrorClass.Transient },
        { Http(HttpStatusCode.ServiceUnavailable), ErrorClass.Transient },
        { Http(HttpStatusCode.NotFound), ErrorClass.Permanent },
        { Http(HttpStatusCode.UnprocessableEntity), ErrorClass.Permanent },
        { Http(HttpStatusCode.NotImplemented), ErrorClass.Permanent },
        { new WrongArgument(), ErrorClass.Permanent },
        { new FormatException(), ErrorClass.Permanent },
        { new JsonException(), ErrorClass.Permanent },
        { new InvalidOperationException(), ErrorClass.Unknown },
        { new InvalidOperationException("outer", new TimeoutException()), ErrorClass.Transient },
        { new AggregateException(new InvalidOperationException(), new FormatException()), ErrorClass.Permanent },
        { new StoreException("40001", transient: true), ErrorClass.Transient },
        { new StoreException("23505", transient: false), ErrorClass.Unknown },
        { new StoreException("57P01", transient: true), ErrorClass.Outage },
        { new StoreException("08006", transient: true), ErrorClass.Outage },
        { new StoreException(null, transient: true, new SocketException()), ErrorClass.Outage },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Should_be_told_apart(Exception error, ErrorClass expected) => Assert.Equal(expected, ErrorClassifier.Default.Classify(error));

    [Fact]
    public void Should_follow_the_service_s_own_rules_first_for_the_type_they_name()
    {
        var classifier = ErrorClassifier.Default.With<ArgumentException>(ErrorClass.Transient).With<TimeoutException>(_ => ErrorClass.Permanent);

        Assert.Equal(ErrorClass.Transient, classifier.Classify(new WrongArgument()));
        Assert.Equal(ErrorClass.Permanent, classifier.Classify(new TimeoutException()));
    }

    private static HttpRequestException Http(HttpStatusCode? status) => new("http", null, status);

    private sealed class WrongArgument : ArgumentException;

    private sealed class StoreException(string? state, bool transient, Exception? inner = null) : DbException("store", inner)
    {
        public override string? SqlState => state;

        public override bool IsTransient => transient;
    }
}
