using Bus.Host.Commands;
using Xunit;

namespace Bus.UnitTests.Host;

public class When_arguments_are_parted
{
    [Fact]
    public void Should_take_settings_out_and_leave_the_rest()
    {
        var split = SettingArguments.Split(["serve", "--Bus:Transport=RabbitMq", "--urls", "http://127.0.0.1:1", "--ConnectionStrings:Bus", "Host=x", "--help"]);

        Assert.Equal(["--Bus:Transport=RabbitMq", "--urls", "http://127.0.0.1:1", "--ConnectionStrings:Bus", "Host=x"], split.Settings);
        Assert.Equal(["serve", "--help"], split.Rest);
        Assert.Empty(split.WithoutValue);
    }

    [Fact]
    public void Should_name_settings_without_a_value()
    {
        var split = SettingArguments.Split(["serve", "--Bus:DataFolder", "--urls"]);

        Assert.Equal(["--Bus:DataFolder", "--urls"], split.WithoutValue);
        Assert.Empty(split.Settings);
    }

    [Theory]
    [InlineData("--Buss:Transport=RabbitMq")]
    [InlineData("--Bus=RabbitMq")]
    [InlineData("--url=http://127.0.0.1:1")]
    [InlineData("--unknown")]
    public void Should_leave_what_is_no_known_setting_to_the_command_line(string argument) =>
        Assert.Equal([argument], SettingArguments.Split([argument]).Rest);
}
