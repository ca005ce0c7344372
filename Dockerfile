# One image for web, worker and beat; they differ by command only (compose.yaml).
FROM python:3.13-slim AS build
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements.txt

FROM python:3.13-slim
# The drawn cards of tags need a font that knows more than Latin.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-dejavu-core && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 daily8 && mkdir /run/daily8 && chown daily8 /run/daily8
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 STATIC_ROOT=/app/staticfiles BEAT_SCHEDULE_FILE=/run/daily8/beat PICTURE_FOLDER=/run/daily8/pictures
WORKDIR /app
COPY --from=build /venv /venv
COPY manage.py ./
COPY backend backend
COPY articles articles
COPY notifications notifications
RUN SECRET_KEY=for-the-build-only python manage.py collectstatic --noinput && python -m compileall -q .
USER daily8
EXPOSE 8000
# The worker and beat have no port: compose.yaml gives them a check of their own or none.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz')"]
CMD ["gunicorn", "backend.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--limit-request-line", "8190", "--no-control-socket"]
