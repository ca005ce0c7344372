"""Verb: read publishers' pages where a feed has only teasers.

Asked for by an article's `page`, allowed by the publisher's switch and by robots.txt, at its host's
pace. An article waits for its page a few seconds at most; what comes later is added then.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from articles.extraction.page import Page, PageError, PageRules, read_page
from articles.feeds.fetch import Answer, Fetched, FetchError, PutOff, Request
from articles.feeds.rounds import fetch_all
from articles.identity import canonical_url, hash_url
from articles.ingest import host_of
from articles.language import recognise
from articles.models import Article, ArticleText
from articles.outbound import Guard
from articles.pace import Pace
from articles.robots import find_rules, is_allowed, keep_rules, robots_request
from articles.storing import SUMMARY_LENGTH, choose_date
from articles.text import clean_html, plain_text, summarise

logger = logging.getLogger(__name__)

COMPLETED = (
    *("authors", "keywords", "image_url", "language", "is_paywalled", "published_at", "summary"),
    *("page", "state"),
)
ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
PATIENCE = timedelta(seconds=10)  # an article goes on without its page after this
WORTH_READING = timedelta(days=2)  # an older article's page is not asked for any more
MOST_A_HOST = 10
MOST_AT_ONCE = 100


def find_wanted(now: datetime) -> list[UUID]:
    """Articles whose page is still to be read, the latest first."""
    wanted = Article.objects.filter(page=Article.Page.WANTED, first_seen_at__gt=now - WORTH_READING)
    return list(wanted.order_by("-first_seen_at").values_list("pk", flat=True)[:MOST_AT_ONCE])


def are_wanted(article_ids: Iterable[UUID]) -> bool:
    return Article.objects.filter(pk__in=list(article_ids), page=Article.Page.WANTED).exists()


def stop_waiting(now: datetime) -> list[UUID]:
    """Let articles go on whose page takes too long; which."""
    waiting = Article.objects.filter(state=Article.State.WAITING)
    late = list(waiting.filter(first_seen_at__lt=now - PATIENCE).values_list("pk", flat=True))
    Article.objects.filter(pk__in=late, state=Article.State.WAITING).update(
        state=Article.State.STORED
    )
    return late


def read_pages(article_ids: Iterable[UUID], now: datetime) -> list[UUID]:
    """Ids of articles that may go on: read, refused, or beyond hope. Others stay for later."""
    articles = (
        Article.objects.filter(pk__in=list(article_ids), page=Article.Page.WANTED)
        .select_related("publisher", "text")
        .order_by("-published_at")
    )
    by_host: dict[str, list[Article]] = {}
    for article in articles:
        by_host.setdefault(host_of(article.url), []).append(article)
    pace = Pace(settings.FETCH_HOST_GAP)
    try:
        free = pace.take(by_host)
        chosen = {host: by_host[host][:MOST_A_HOST] for host in free}
        return ask_for_pages(chosen, now)
    finally:
        pace.let_go()


def ask_for_pages(by_host: dict[str, list[Article]], now: datetime) -> list[UUID]:
    guard = Guard(allow_private=settings.OUTBOUND_ALLOW)
    learn_rules(by_host, guard)
    done, asked = [], {}
    for articles in by_host.values():
        for article in articles:
            if not article.publisher.is_full_text_allowed:
                note(article, Article.Page.UNWANTED)
                done.append(article.pk)
            elif not is_allowed(find_rules(article.url) or "", article.url):
                note(article, Article.Page.REFUSED)
                done.append(article.pk)
            else:
                asked[article.url] = article
    queues: dict[str, list[Request]] = {}
    for url in asked:
        queues.setdefault(host_of(url), []).append(Request(url=url, accept=ACCEPT))
    for request, answer, _ in fetch_all(list(queues.values()), guard, settings.FETCH_HOST_GAP):
        take_page(asked[request.url], answer, now)
        done.append(asked[request.url].pk)
    return done


def learn_rules(by_host: dict[str, list[Article]], guard: Guard) -> None:
    """Read the robots.txt of every host that is not known."""
    unknown = [
        articles[0].url for articles in by_host.values() if find_rules(articles[0].url) is None
    ]
    requests = {robots_request(url).url: url for url in unknown}
    queues = [[robots_request(url)] for url in unknown]
    for request, answer, _ in fetch_all(queues, guard):
        keep_rules(requests[request.url], answer)


def note(article: Article, page: Article.Page) -> None:
    article.page = page
    article.save(update_fields=["page"])
    waiting = Article.objects.filter(pk=article.pk, state=Article.State.WAITING)
    waiting.update(state=Article.State.STORED)


def take_page(article: Article, answer: Answer, now: datetime) -> None:
    """Add what the page says and the feed did not. Trouble is noted and loses nothing."""
    if isinstance(answer, PutOff):
        return  # it stays wanted
    if not isinstance(answer, Fetched):
        reason = answer.reason if isinstance(answer, FetchError) else "304"
        logger.warning("page failed", extra={"article": str(article.pk), "reason": reason})
        note(article, Article.Page.FAILED)
        return
    try:
        rules = PageRules.from_json(article.publisher.page_rules)
        page = read_page(answer.body, url=answer.url, content_type=answer.content_type, rules=rules)
    except (PageError, ValueError) as error:
        logger.warning("page not read", extra={"article": str(article.pk), "reason": str(error)})
        note(article, Article.Page.FAILED)
        return
    complete(article, page, now)


def complete(article: Article, page: Page, now: datetime) -> None:
    """The feed's words win where it has them; the longer text wins."""
    old_html = article.text.html if hasattr(article, "text") else ""
    html = clean_html(page.body_html, base_url=page.url)
    is_longer = len(plain_text(html)) > len(plain_text(old_html))
    article.authors = article.authors or list(page.authors)
    article.keywords = list(dict.fromkeys([*article.keywords, *page.topics]))
    article.image_url = article.image_url or page.image_url[:2000]
    article.language = (article.language or page.language or recognise(plain_text(html)))[:12]
    article.is_paywalled = page.is_paywalled
    if article.published_at == article.first_seen_at and page.published_at:
        article.published_at = choose_date(page.published_at, now)
    if is_longer and not article.summary:
        article.summary = summarise(html, SUMMARY_LENGTH)
    article.page, article.state = Article.Page.READ, Article.State.STORED
    with transaction.atomic():
        adopt_address(article, page.url)
        # Not what was read of it before: meanwhile it may have found its story.
        article.save(update_fields=COMPLETED)
        if is_longer:
            ArticleText.objects.update_or_create(article=article, defaults={"html": html})


def adopt_address(article: Article, url: str) -> None:
    """The canonical address, where it is the publisher's own and no other article's."""
    url = canonical_url(url)
    if not url or host_of(url) != host_of(article.url) or url == article.url:
        return
    try:
        with transaction.atomic():
            Article.objects.filter(pk=article.pk).update(url=url, url_hash=hash_url(url))
    except IntegrityError:
        # The same article under another address.
        Article.objects.filter(pk=article.pk).update(is_hidden=True)
        return
    article.url, article.url_hash = url, hash_url(url)
