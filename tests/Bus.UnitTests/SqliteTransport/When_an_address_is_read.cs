using Bus.SqliteTransport.Topology;
using CsCheck;
using Xunit;

namespace Bus.UnitTests.SqliteTransport;

public sealed class When_an_address_is_read
{
    [Theory]
    [InlineData("queue:images", "sqlite://localhost/images")]
    [InlineData("topic:Bus.Contracts:ImageStored", "sqlite://localhost/Bus.Contracts:ImageStored?type=topic")]
    [InlineData("exchange:images", "sqlite://localhost/images?type=topic")]
    [InlineData("sqlite://localhost/images", "sqlite://localhost/images")]
    [InlineData("sqlite://localhost/answers?temporary=true", "sqlite://localhost/answers?temporary=true")]
    public void Should_have_one_spelling(string address, string expected) => Assert.Equal(expected, SqliteEndpointAddress.Normalize(new Uri(address)).ToString());

    [Fact]
    public void Should_give_back_any_name() => Gen.Select(Gen.String[1, 40], Gen.Bool).Where((name, _) => !name.Any(char.IsSurrogate) && !name.Contains('\0')).Sample((name, isTopic) =>
    {
        var address = new SqliteEndpointAddress(name, isTopic);
        Assert.Equal(address, SqliteEndpointAddress.Parse(new Uri(address.ToUri().AbsoluteUri)));
    });

    [Theory]
    [InlineData("rabbitmq://localhost/images", "another transport")]
    [InlineData("queue:", "names no queue")]
    [InlineData("sqlite://localhost/", "names no queue")]
    public void Should_refuse_what_is_none_and_say_why(string address, string reason)
    {
        var error = Assert.Throws<ArgumentException>(() => SqliteEndpointAddress.Parse(new Uri(address)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
