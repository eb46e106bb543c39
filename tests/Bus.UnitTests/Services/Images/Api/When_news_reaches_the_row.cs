using Bus.Contracts.Images;
using Bus.Services.Images.Records;
using CsCheck;
using Xunit;

namespace Bus.UnitTests.Services.Images.Api;

public class When_news_reaches_the_row
{
    private static readonly int[] SomeTwice = [0, 1, 2, 3, 4, 5, 6, 0, 3, 5];
    private static readonly StepRun Run = new(5, 1);

    [Fact]
    public async Task Should_end_in_the_same_row_whatever_order_it_comes_in()
    {
        await using var tables = await ImageTables.CreateAsync();
        await Gen.Shuffle(SomeTwice).SampleAsync(
            async order =>
            {
                var id = await tables.AddAsync();
                object[] news =
                [
                    new ImageProgressed(id, "resize", "running", 0, 0), new ImageProgressed(id, "resize", "done", 2, 7),
                    new ImageProgressed(id, "notify", "running", 0, 0), new ImageProgressed(id, "notify", "done", 1, 1),
                    new ImageProgressed(id, "store", "done", 1, 2), new ImageReady(id, "content", "image/jpeg", Run), new ImageFailed(Guid.NewGuid(), "store", "other"),
                ];
                foreach (var index in order)
                {
                    await ConsumeAsync(tables, news[index]);
                }

                var row = await tables.FindAsync(id);
                Assert.Equal((ImageStatus.Ready, "content", "image/jpeg", null), (row!.Status, row.Content, row.ContentType, row.Error));
                var resize = row.Steps.Single(x => x.Name == "resize");
                Assert.Equal((StepStatus.Done, 2, 7), (resize.Status, resize.Attempts, resize.DurationMs));
                Assert.Equal(StepStatus.Done, row.Steps.Single(x => x.Name == "notify").Status);
                Assert.Equal(StepStatus.Waiting, row.Steps.Single(x => x.Name == "compress").Status);
            },
            iter: 30,
            threads: 1);
    }

    [Fact]
    public async Task Should_stay_at_the_first_end_and_cut_a_reason_that_is_too_long()
    {
        await using var tables = await ImageTables.CreateAsync();
        var id = await tables.AddAsync();

        await ConsumeAsync(tables, new ImageFailed(id, "resize", new string('x', 5000)));
        await ConsumeAsync(tables, new ImageReady(id, "content", "image/jpeg", Run));

        var row = await tables.FindAsync(id);
        Assert.Equal((ImageStatus.Failed, 1000, null), (row!.Status, row.Error!.Length, row.Content));
    }

    private static Task ConsumeAsync(ImageTables tables, object news) => tables.WithAsync(db =>
    {
        var consumer = new ImageRecordConsumer(db);
        return news switch
        {
            ImageProgressed progressed => consumer.ApplyAsync(progressed, CancellationToken.None),
            ImageReady ready => consumer.ApplyAsync(ready, CancellationToken.None),
            _ => consumer.ApplyAsync((ImageFailed)news, CancellationToken.None),
        };
    });
}
