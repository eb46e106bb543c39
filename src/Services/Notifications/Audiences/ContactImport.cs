using Bus.Contracts.Notifications;
using Bus.Services.Notifications.Accepting;
using Bus.Services.Notifications.Records;
using Microsoft.EntityFrameworkCore;

namespace Bus.Services.Notifications.Audiences;

/// <summary>What became of an import.</summary>
/// <param name="Imported">How many were added or changed.</param>
/// <param name="Refused">How many were left out.</param>
/// <param name="Reasons">Why, of the first hundred of them.</param>
internal sealed record ContactsImported(int Imported, int Refused, IReadOnlyList<string> Reasons);

/// <summary>Keeps contacts, a block with each commit: only one is in memory. The same contact again is changed. Scoped.</summary>
internal sealed class ContactImport(NotificationDb db)
{
    private const int Block = 1_000;
    private const int MostReasons = 100;

    public async Task<ContactsImported> ImportAsync(string audience, IAsyncEnumerable<NotificationRecipient?> contacts, CancellationToken cancellationToken)
    {
        // The last of one id counts.
        Dictionary<string, NotificationRecipient> block = new(db.Ids);
        List<string> reasons = [];
        var (line, imported, refused) = (0, 0, 0);
        await foreach (var contact in contacts.WithCancellation(cancellationToken))
        {
            line++;
            if (contact is null || RecipientChecks.All(contact).FirstOrDefault() is not null)
            {
                refused++;
                if (reasons.Count < MostReasons)
                    reasons.Add(contact is null ? $"Contact {line} is null." : $"Contact {line} ('{RecipientChecks.Shown(contact.Id)}') {RecipientChecks.All(contact).First()}.");
                continue;
            }

            block[contact.Id] = contact;
            if (block.Count < Block)
                continue;
            imported += await SaveTwiceAsync(audience, block, cancellationToken);
        }

        return new ContactsImported(imported + await SaveTwiceAsync(audience, block, cancellationToken), refused, reasons);
    }

    // Two imports of the same new contacts may meet: who comes second finds them there.
    private async Task<int> SaveTwiceAsync(string audience, Dictionary<string, NotificationRecipient> block, CancellationToken cancellationToken)
    {
        try
        {
            return await SaveAsync(audience, block, cancellationToken);
        }
        catch (DbUpdateException)
        {
            db.Forget();
            return await SaveAsync(audience, block, cancellationToken);
        }
    }

    private async Task<int> SaveAsync(string audience, Dictionary<string, NotificationRecipient> block, CancellationToken cancellationToken)
    {
        string[] ids = [.. block.Keys];
        var known = await db.Contacts.Where(x => x.Audience == audience && ids.Contains(x.Id)).ToDictionaryAsync(x => x.Id, db.Ids, cancellationToken);
        foreach (var (id, contact) in block)
        {
            if (!known.TryGetValue(id, out var row))
                db.Contacts.Add(row = new ContactRecord { Audience = audience, Id = id });
            (row.Name, row.Email, row.Phone, row.PushUrl, row.TimeZone) = (contact.Name, contact.Email, contact.Phone, contact.PushUrl, contact.TimeZone);
        }

        await db.SaveAsync(cancellationToken);
        db.Forget();
        block.Clear();
        return ids.Length;
    }
}
