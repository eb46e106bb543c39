using System.Globalization;
using System.Runtime.CompilerServices;
using Bus.Services.Images.Records;
using Bus.Services.Reports;
using Microsoft.EntityFrameworkCore;

namespace Bus.Host.Reports;

/// <summary>What the image services know, for a report: services do not know each other, so it is put together here.</summary>
internal sealed class ImageReport(ImageDb db) : IReportSource
{
    public string Kind => "images";

    public IReadOnlyList<string> Columns { get; } = ["id", "file_name", "uploaded_at", "uploaded_bytes", "status", "content_type", "steps_done", "work_ms", "error"];

    public Task<int> CountAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => Of(from, to).CountAsync(cancellationToken);

    public async IAsyncEnumerable<IReadOnlyList<IReadOnlyList<string?>>> ReadAsync(DateTimeOffset from, DateTimeOffset to, int size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = Guid.Empty;
        while (true)
        {
            var after = last;
            var chunk = await Of(from, to).Where(image => image.Id.CompareTo(after) > 0).OrderBy(image => image.Id).Take(size).Include(image => image.Steps).ToListAsync(cancellationToken);
            if (chunk.Count == 0)
                yield break;
            last = chunk[^1].Id;
            yield return [.. chunk.Select(Row)];
        }
    }

    private IQueryable<ImageRecord> Of(DateTimeOffset from, DateTimeOffset to) => db.Images.AsNoTracking().Where(image => image.CreatedAt >= from && image.CreatedAt < to);

    private static IReadOnlyList<string?> Row(ImageRecord image) =>
    [
        image.Id.ToString("D"),
        image.FileName,
        image.CreatedAt.ToString("O", CultureInfo.InvariantCulture),
        image.Bytes.ToString(CultureInfo.InvariantCulture),
        image.Status.ToString().ToLowerInvariant(),
        image.ContentType,
        image.Steps.Count(step => step.Status == StepStatus.Done).ToString(CultureInfo.InvariantCulture),
        image.Steps.Sum(step => step.DurationMs).ToString(CultureInfo.InvariantCulture),
        image.Error,
    ];
}
