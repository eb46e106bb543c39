using System.Text.Json.Serialization;
using Bus.Jobs;
using Bus.Jobs.Handling;
using Bus.Jobs.Store;
using Bus.Jobs.Webhooks;
using Xunit;

namespace Bus.UnitTests.Jobs;

/// <summary>The ids and ranks of new jobs, by a clock that stands.</summary>
public sealed class When_jobs_are_made
{
    private const long Now = 1_764_000_000_000;

    private readonly JobMaker _maker = new(new JobCatalog(), new WebhookRules(new WebhookOptions()), new JobsOptions { MaxPayload = 100 }, () => Now);

    [Fact]
    public void Should_list_those_of_one_millisecond_in_the_order_in_which_they_were_made()
    {
        Guid[] ids = [.. Enumerable.Range(0, 3_000).Select(_ => _maker.Make(new Note("a"), new EnqueueOptions()).MessageId)];
        Assert.Equal(ids.OrderBy(id => id.ToString("N"), StringComparer.Ordinal), ids);
        Assert.All(ids, id => Assert.Equal(7, id.Version));
        Assert.All(ids, id => Assert.InRange(id.Variant, 8, 11));
    }

    [Fact]
    public void Should_put_their_time_into_their_ids()
    {
        var id = _maker.NewId();
        Assert.Equal(Now, Convert.ToInt64(id.ToString("N")[..12], 16));
    }

    [Fact]
    public void Should_refuse_arguments_that_are_too_long()
    {
        Assert.Equal(1, _maker.Make(new Note(new string('a', 89)), new EnqueueOptions()).Job!.Id.CompareTo(Guid.Empty));
        var refused = Assert.Throws<JobException>(() => _maker.Make(new Note(new string('a', 90)), new EnqueueOptions()));
        Assert.Contains("101 bytes", refused.Message, StringComparison.Ordinal);
        Assert.Contains("MaxPayload", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData(null)]
    public void Should_refuse_a_tenant_without_a_name_that_can_be_stored(string? tenant)
    {
        var error = Assert.Throws<JobException>(() => _maker.Make(new Note("a"), new EnqueueOptions { Tenant = tenant ?? new string('t', 191) }));
        Assert.Contains("`Tenant` must have 1 to 190 characters", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Should_be_named_by_the_members_that_make_two_the_same()
    {
        string By(Order order, params string[] members) => _maker.Make(order, new EnqueueOptions { UniqueBy = members }).Job!.UniqueKey!;
        Assert.Equal(By(new Order(5, "a", new Note("x")), "Number"), By(new Order(5, "b", new Note("y")), "number"));
        Assert.NotEqual(By(new Order(5, "a", null), "Number"), By(new Order(6, "a", null), "Number"));
        Assert.Equal(By(new Order(5, "a", new Note("x")), "Number", "Note"), By(new Order(5, "b", new Note("x")), "Note", "Number"));
        Assert.NotEqual(By(new Order(5, "a", new Note("x")), "Note"), By(new Order(5, "a", null), "Note"));
        // What could be taken for two members is one.
        Assert.NotEqual(By(new Order(5, "a\nnote=null", null), "Name"), By(new Order(5, "a", null), "Name", "Note"));

        Assert.NotEqual(By(new Order(5, "a", null) { Place = "here" }, "Place"), By(new Order(5, "a", null) { Place = "there" }, "Place"));
        Assert.Equal(By(new Order(5, "a", null) { Place = "here" }, "Place"), By(new Order(6, "b", null) { Place = "here" }, "where"));
        Assert.Throws<JobException>(() => By(new Order(5, "a", null), "Unwritten"));
        Assert.Throws<JobException>(() => By(new Order(5, "a", null), (string)null!));

        var refused = Assert.Throws<JobException>(() => By(new Order(5, "a", null), "Total"));
        Assert.Contains("no member `Total`", refused.Message, StringComparison.Ordinal);
        Assert.Throws<JobException>(() => _maker.Make(new Note("a"), new EnqueueOptions { UniqueBy = ["Text"], Unique = "a" }));
        Assert.Throws<JobException>(() => _maker.Make(new Note("a"), new EnqueueOptions { UniqueBy = ["Text"], IdempotencyKey = "a" }));
    }

    private sealed record Note(string Text);

    private sealed record Order(int Number, string Name, Note? Note)
    {
        [JsonPropertyName("where")]
        public string? Place { get; init; }

        [JsonIgnore]
        public string? Unwritten { get; init; }
    }
}
