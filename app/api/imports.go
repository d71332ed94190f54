package api

import (
	"bufio"
	"context"
	"io"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/api/ask"
	"noroshi/app/api/gen"
	"noroshi/app/api/view"
	"noroshi/app/directory/sheet"
	"noroshi/app/fault"
	"noroshi/app/id"
)

// maxFilename is the longest name of a file that is kept, in characters.
const maxFilename = 200

func (s *Server) uploadImport(c *fiber.Ctx) error {
	select {
	case s.uploads <- struct{}{}:
		defer func() { <-s.uploads }()
	default:
		return fault.New(fault.Unavailable, codeBusy, "Other files are being read; try again in a moment.")
	}
	if conn := c.Context().Conn(); conn != nil {
		if err := conn.SetReadDeadline(s.o.Now().Add(uploadTimeout)); err != nil {
			return err
		}
	}
	file, err := ask.ReadBody(c, maxImport)
	if err != nil {
		return err
	}
	name := []rune(c.Query("filename"))
	job, report, err := s.o.Imports.Upload(
		c.UserContext(), s.scopeOf(c), string(name[:min(len(name), maxFilename)]), file,
	)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(view.Import(job, report))
}

func (s *Server) getImport(c *fiber.Ctx) error {
	which, err := ask.PathID[id.Import](c, "importId")
	if err != nil {
		return err
	}
	job, report, err := s.o.Imports.Get(c.UserContext(), s.scopeOf(c), which)
	if err != nil {
		return err
	}
	return c.JSON(view.Import(job, report))
}

func (s *Server) discardImport(c *fiber.Ctx) error {
	which, err := ask.PathID[id.Import](c, "importId")
	if err != nil {
		return err
	}
	if err := s.o.Imports.Discard(c.UserContext(), s.scopeOf(c), which); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (s *Server) recheckImport(c *fiber.Ctx) error {
	which, err := ask.PathID[id.Import](c, "importId")
	if err != nil {
		return err
	}
	in, err := ask.JSON[gen.ImportSettings](c)
	if err != nil {
		return err
	}
	job, _, err := s.o.Imports.Get(c.UserContext(), s.scopeOf(c), which)
	if err != nil {
		return err
	}
	job, report, err := s.o.Imports.Check(c.UserContext(), s.scopeOf(c), which, view.ToSettings(in, job.Settings))
	if err != nil {
		return err
	}
	return c.JSON(view.Import(job, report))
}

func (s *Server) commitImport(c *fiber.Ctx) error {
	which, err := ask.PathID[id.Import](c, "importId")
	if err != nil {
		return err
	}
	if _, err := s.o.Imports.Commit(c.UserContext(), s.scopeOf(c), which, 0); err != nil {
		return err
	}
	job, report, err := s.o.Imports.Get(c.UserContext(), s.scopeOf(c), which)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusAccepted).JSON(view.Import(job, report))
}

func (s *Server) exportImportRejects(c *fiber.Ctx) error {
	which, err := ask.PathID[id.Import](c, "importId")
	if err != nil {
		return err
	}
	language, err := ask.Word(c, "language", "ja", "en")
	if err != nil {
		return err
	}
	sc := s.scopeOf(c)
	job, _, err := s.o.Imports.Get(c.UserContext(), sc, which)
	if err != nil {
		return err
	}
	return s.download(c, "rejects", job.Settings.Charset, func(ctx context.Context, w io.Writer) error {
		return s.o.Imports.Rejects(ctx, sc, which, w, language)
	})
}

func (s *Server) exportRecipients(c *fiber.Ctx) error {
	charset, err := ask.Word(c, "charset", string(sheet.UTF8), string(sheet.ShiftJIS))
	if err != nil {
		return err
	}
	language, err := ask.Word(c, "language", "ja", "en")
	if err != nil {
		return err
	}
	sc := s.scopeOf(c)
	return s.download(c, "recipients", sheet.Charset(charset), func(ctx context.Context, w io.Writer) error {
		_, err := s.o.Imports.Export(ctx, sc, w, sheet.Charset(charset), language)
		return err
	})
}

// download answers with a CSV that is written while it is read. When writing fails in the middle the connection is
// broken off, so that half a file is not taken for a whole one.
func (s *Server) download(c *fiber.Ctx, name string, charset sheet.Charset,
	write func(context.Context, io.Writer) error,
) error {
	now := s.o.Now()
	c.Set(fiber.HeaderContentType, "text/csv; charset="+string(charset))
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+"-"+now.UTC().Format("20060102-1504")+`.csv"`)
	conn, operation, request := c.Context().Conn(), c.Locals(localOperation), c.Locals(localRequest)
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		ctx, cancel := context.WithTimeout(s.o.Context, uploadTimeout)
		defer cancel()
		err := write(ctx, &pushed{w: w, conn: conn, now: s.o.Now})
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			s.o.Log.Warn("download broken off", "error", err, "operation", operation, "request", request)
			_ = conn.Close()
		}
	})
	return nil
}

// pushed moves the deadline of the connection with each write: a whole download may take longer than one answer may.
type pushed struct {
	w    io.Writer
	conn net.Conn
	now  func() time.Time
}

func (p *pushed) Write(b []byte) (int, error) {
	if err := p.conn.SetWriteDeadline(p.now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return p.w.Write(b)
}
